"use client";

import { formatDuration } from "./format-duration.ts";
import { formatExactMoment, formatMoment } from "./format-moment.ts";
import { useReader } from "./reader-context.ts";

/** Leaves neither day nor year out. */
const NEVER = new Date(0);

/** A moment in the reader's zone; the exact one is on hover and for machines. `isDated` is for what is printed and read later. */
export function Moment({ at, isDated = false }: { readonly at: Date; readonly isDated?: boolean }) {
  const { timeZone, nowMs } = useReader();
  return (
    <time dateTime={at.toISOString()} title={formatExactMoment(at, timeZone)} className="whitespace-nowrap">
      {formatMoment(at, timeZone, isDated ? NEVER : new Date(nowMs))}
    </time>
  );
}

/** "2 h 28 min ago", always beside the absolute moment. */
export function Ago({ at }: { readonly at: Date }) {
  const { nowMs } = useReader();
  const ageMs = nowMs - at.getTime();
  return <span className="whitespace-nowrap">{ageMs < 1000 ? "just now" : `${formatDuration(ageMs)} ago`}</span>;
}
