export type PackKind = "first" | "other" | "replaced";

/** One pack: filled from zone 1, half from another, a diamond when a copy was damaged and replaced. */
export function PackMark({ kind }: { readonly kind: PackKind }) {
  return (
    <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true" className="shrink-0" fill="none">
      {kind === "first" ? <rect width="10" height="10" rx="1.6" className="fill-accent" /> : null}
      {kind === "other" ? (
        <>
          <rect x=".7" y=".7" width="8.6" height="8.6" rx="1.2" strokeWidth="1.3" className="stroke-accent" />
          <rect x="5" y="1" width="4" height="8" className="fill-accent" />
        </>
      ) : null}
      {kind === "replaced" ? <path d="M5 0 10 5 5 10 0 5Z" className="fill-late-mark" /> : null}
    </svg>
  );
}
