/** Blocks of the final size, on the first load only. */
export function LoadingBlocks() {
  return (
    <div role="status" aria-label="Loading" className="grid gap-3">
      <div className="h-7 w-[min(420px,80%)] rounded-control bg-line" />
      <div className="h-5 w-[min(300px,60%)] rounded-control bg-line" />
      <div className="mt-2 h-[86px] rounded-card border border-line bg-surface" />
      <div className="h-[320px] rounded-card border border-line bg-surface" />
    </div>
  );
}
