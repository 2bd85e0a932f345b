import Link from "next/link";

/** The way to this page, from its section down. */
export function Breadcrumb(props: {
  readonly path: readonly { readonly href: string; readonly word: string }[];
  readonly here: string;
}) {
  return (
    <nav aria-label="Breadcrumb" className="-mb-2 text-small text-ink-3">
      <ol className="flex flex-wrap items-center gap-x-2">
        {props.path.map(({ href, word }) => (
          <li key={href} className="flex items-center gap-2">
            <Link href={href} className="rounded-key py-1 hover:text-accent hover:underline">
              {word}
            </Link>
            <span aria-hidden="true">/</span>
          </li>
        ))}
        <li aria-current="page" className="truncate text-ink-2">
          {props.here}
        </li>
      </ol>
    </nav>
  );
}
