import { formatBytes, formatCount } from "../../format/format-bytes.ts";
import { describeCopies } from "../../status/describe-copies.ts";
import type { SnapshotPoint } from "../runtime/protocol/reading-calls.ts";

/** "both zones", "zone 1 so far". */
export function zoneWords(point: SnapshotPoint): string {
  const words = describeCopies(point.copies);
  return words === "both" ? "both zones" : words;
}

/** What a hover and a screen reader tell about one tick, after its moment. */
export function describeSnapshot(point: SnapshotPoint): string {
  if (point.problem !== null) return "not genuine, so it is not opened";
  const gaps = point.gaps === 1 ? "1 gap" : `${formatCount(point.gaps)} gaps`;
  const outcome = point.outcome === "complete" ? "complete" : `complete with ${gaps}`;
  const size = `${formatCount(point.files)} ${point.files === 1 ? "document" : "documents"}, ${formatBytes(point.bytes)}`;
  return `${outcome}, ${size}, ${zoneWords(point)}`;
}

/** The newest at or before a moment; undefined when there is none. */
export function newestAt<Point extends { readonly receivedAtMs: number }>(
  points: readonly Point[],
  atMs: number | null,
): Point | undefined {
  return atMs === null ? points.at(-1) : points.findLast((point) => point.receivedAtMs <= atMs);
}
