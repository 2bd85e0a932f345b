/** After a moment, a thin bar that says what is being waited for; what was there before stays. */
export function LoadingLine({ label }: { readonly label: string }) {
  return (
    <div role="status" className="appear-late px-4 py-2 text-small text-ink-3">
      <span aria-hidden="true" className="loading-bar mb-2 block h-[2px] bg-accent" />
      {label}
    </div>
  );
}
