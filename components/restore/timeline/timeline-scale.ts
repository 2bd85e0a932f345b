/** Where moments stand on the timeline: the newest time wide, years narrow, and no two snapshots on one spot. */
export interface TimelineScale {
  /** 0 is the left edge, 1 the right. */
  place(atMs: number): number;
  readonly bands: readonly Band[];
}

export interface Band {
  readonly label: string;
  /** Left edge, 0 to 1. */
  readonly from: number;
}

interface Span {
  readonly label: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Share of the width, against the others that are shown. */
  readonly weight: number;
}

/** How much of a place comes from the snapshots' order instead of their time, so that runs of a busy hour stay apart. */
const RANK_SHARE = 0.4;
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short" });
const LONG_MONTH = new Intl.DateTimeFormat("en-GB", { month: "long" });

/** @param moments Unix ms, oldest first */
export function createTimelineScale(moments: readonly number[], nowMs: number): TimelineScale {
  const firstMs = moments[0] ?? nowMs - 1;
  const endMs = Math.max(nowMs, (moments.at(-1) ?? nowMs) + 1);
  const spans = listSpans(nowMs)
    .map((span) => ({ ...span, startMs: Math.max(span.startMs, firstMs), endMs: Math.min(span.endMs, endMs) }))
    .filter((span) => span.endMs > span.startMs);
  const total = spans.reduce((sum, { weight }) => sum + weight, 0);
  const byTime = (atMs: number) => {
    let passed = 0;
    for (const { startMs, endMs: stopMs, weight } of spans) {
      if (atMs < stopMs) return (passed + weight * Math.max(0, (atMs - startMs) / (stopMs - startMs))) / total;
      passed += weight;
    }
    return 1;
  };
  const place = (atMs: number) => {
    const share = moments.length < 3 ? 0 : RANK_SHARE;
    return (1 - share) * byTime(atMs) + share * rankOf(moments, atMs);
  };
  return { place, bands: spans.map(({ label, startMs }) => ({ label, from: place(startMs) })) };
}

/** How many of the moments lie before this one, as a share of all, with what lies between two by its part. */
function rankOf(moments: readonly number[], atMs: number): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((moments[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  const after = moments[low];
  const before = moments[low - 1];
  if (after === undefined) return 1;
  if (before === undefined) return 0;
  return (low - 1 + (atMs - before) / (after - before)) / moments.length;
}

/** Oldest first: all years before the last, last year, this year, two months, this month, today. In this browser's zone. */
function listSpans(nowMs: number): Span[] {
  const now = new Date(nowMs);
  const year = now.getFullYear();
  const today = new Date(year, now.getMonth(), now.getDate()).getTime();
  const month = new Date(year, now.getMonth(), 1).getTime();
  const months = new Date(year, now.getMonth() - 2, 1).getTime();
  const thisYear = new Date(year, 0, 1).getTime();
  const lastYear = new Date(year - 1, 0, 1).getTime();
  const monthBefore = new Date(month - 1);
  const twoBefore = new Date(months);
  return [
    { label: `to ${year - 2}`, startMs: Number.NEGATIVE_INFINITY, endMs: lastYear, weight: 2 },
    { label: String(year - 1), startMs: lastYear, endMs: Math.min(thisYear, months), weight: 3 },
    { label: String(year), startMs: thisYear, endMs: months, weight: 4 },
    { label: `${shortMonth(twoBefore)}, ${shortMonth(monthBefore)}`, startMs: months, endMs: month, weight: 4 },
    { label: LONG_MONTH.format(now), startMs: month, endMs: today, weight: 6 },
    { label: "Today", startMs: today, endMs: Number.POSITIVE_INFINITY, weight: 2 },
  ];
}

/** Three letters, also for "Sept". */
function shortMonth(at: Date | number): string {
  return MONTH.format(at).slice(0, 3);
}
