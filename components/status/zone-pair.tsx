import { type Copy, describeCopies } from "./describe-copies.ts";

/** What one upright block says: there and verified, being copied, not there, or not to be reached. */
export type BlockState = "there" | "copying" | "absent" | "unreachable";

/** Two upright blocks, zone 1 left: filled is there, partly filled is being copied, dashed is not there. */
export function ZonePairMark({ left, right }: { readonly left: BlockState; readonly right: BlockState }) {
  return (
    <svg viewBox="0 0 15 14" width="15" height="14" aria-hidden="true" className="shrink-0" fill="none">
      <Block state={left} x={0} />
      <Block state={right} x={8} />
    </svg>
  );
}

function Block({ state, x }: { readonly state: BlockState; readonly x: number }) {
  const edge = { x: x + 0.7, y: 1.2, width: 5.6, height: 11.6, rx: 1.4, strokeWidth: 1.3 };
  switch (state) {
    case "there":
      return <rect x={x} y="0.5" width="7" height="13" rx="1.8" className="fill-ok-mark" />;
    case "copying":
      return (
        <>
          <rect {...edge} className="stroke-ink-3" />
          <rect x={x + 2} y="7.4" width="3" height="4" className="fill-ink-3" />
        </>
      );
    case "absent":
      return <rect {...edge} className="stroke-ink-3" strokeDasharray="2 1.6" />;
    case "unreachable":
      return (
        <>
          <rect {...edge} className="stroke-fail-mark" />
          <path d={`m${x + 2} 5.5 3 3m0-3-3 3`} className="stroke-fail-mark" strokeWidth="1.2" />
        </>
      );
  }
}

/** Where the copies of one snapshot are, in words beside the mark. */
export function ZonePair({ copies }: { readonly copies: readonly Copy[] }) {
  const [left, right] = copies;
  if (left === undefined) return <span className="text-ink-3">no zone</span>;
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <ZonePairMark left={blockOf(left)} right={right === undefined ? "absent" : blockOf(right)} />
      <span className="text-ink-2">{describeCopies(copies)}</span>
    </span>
  );
}

function blockOf(copy: Copy): BlockState {
  return copy.isPresent ? "there" : "copying";
}
