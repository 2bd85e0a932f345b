import { Icon } from "../../ui/icon.tsx";

export interface Crumb {
  readonly word: string;
  /** Fragment of the place; the last one has none. */
  readonly href: string | null;
}

/** The way here. A phone shows the last one, and a way back. */
export function Crumbs(props: {
  readonly crumbs: readonly Crumb[];
  /** Where the phone's way back leads; to the last crumb that is a link, unless it is said. */
  readonly backHref?: string | undefined;
  readonly isSealed?: boolean;
}) {
  const { crumbs, isSealed = false } = props;
  const above = crumbs.findLast((crumb) => crumb.href !== null);
  const backHref = props.backHref ?? (crumbs.length < 2 ? null : above?.href) ?? null;
  return (
    <nav aria-label="Breadcrumb" className="flex min-w-0 items-center gap-2 text-label text-ink-2">
      {backHref === null ? null : (
        <a href={backHref} aria-label="Back" className="-ml-2 grid size-11 shrink-0 place-items-center sm:hidden">
          <Icon name="back" />
        </a>
      )}
      <ol className="flex min-w-0 items-center gap-x-3 overflow-hidden">
        {crumbs.map((crumb, at) => {
          const isLast = at === crumbs.length - 1;
          return (
            <li
              key={`${crumb.word} ${crumb.href}`}
              className={`flex min-w-0 items-center gap-3 ${isLast ? "shrink-0 max-sm:shrink" : "max-sm:hidden"}`}
            >
              {at === 0 ? null : (
                <span aria-hidden="true" className="text-line-2 max-sm:hidden">
                  <Icon name="chevron" sizePx={10} />
                </span>
              )}
              {crumb.href === null ? (
                <span aria-current="page" className="truncate font-[560] text-ink">
                  {crumb.word}
                </span>
              ) : (
                <a href={crumb.href} className="truncate rounded-key py-1 hover:text-accent hover:underline">
                  {crumb.word}
                </a>
              )}
            </li>
          );
        })}
        {isSealed ? (
          <li className="flex items-center gap-3 max-sm:hidden">
            <span aria-hidden="true" className="text-line-2">
              <Icon name="chevron" sizePx={10} />
            </span>
            <span className="hatched h-2 w-[120px]" role="img" aria-label="Sealed names" />
          </li>
        ) : null}
      </ol>
    </nav>
  );
}
