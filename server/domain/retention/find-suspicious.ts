import type { AgingSnapshot } from "../store/archive-store.ts";

/** So many predecessors say what is usual; the first ones of a source say nothing. */
const PREDECESSORS = 5;
const LEAST_PREDECESSORS = 3;
/** Below this share of the usual number of files or bytes it is much smaller. */
const SMALL_SHARE = 0.5;
/** It sent at least this share of its bytes, and */
const CHANGED_SHARE = 0.5;
/** so many times more than is usual. */
const CHANGED_TIMES = 10;
/** So many in a row are how it is from now on. */
const NEW_USUAL = 10;

/**
 * Commits of snapshots that are much smaller, or much more changed, than the medians of up to 5 before them: a folder that was not mounted, a disk that
 * something encrypts. Only signs, by counts that the server sees; those before it stay whatever it is.
 *
 * @param snapshots of one source, oldest first
 */
export function findSuspicious(snapshots: readonly AgingSnapshot[]): ReadonlySet<number> {
  const found = new Set<number>();
  let usual: AgingSnapshot[] = [];
  let odd: AgingSnapshot[] = [];
  for (const each of snapshots) {
    const isSuspicious = usual.length >= LEAST_PREDECESSORS && isOdd(each, usual.slice(-PREDECESSORS));
    if (isSuspicious) found.add(each.commit);
    if (!isSuspicious) usual.push(each);
    odd = isSuspicious ? [...odd, each] : [];
    if (odd.length === NEW_USUAL) usual = odd;
  }
  return found;
}

function isOdd(each: AgingSnapshot, before: readonly AgingSnapshot[]): boolean {
  const median = (figureOf: (snapshot: AgingSnapshot) => number) => {
    const values = before.map(figureOf).toSorted((a, b) => a - b);
    return values[values.length >> 1] ?? 0;
  };
  if (each.files < SMALL_SHARE * median(({ files }) => files)) return true;
  if (each.bytes < SMALL_SHARE * median(({ bytes }) => bytes)) return true;
  const isMuch = each.bytes > 0 && each.sentBytes > CHANGED_SHARE * each.bytes;
  return (
    isMuch &&
    each.sentBytes >
      CHANGED_TIMES *
        Math.max(
          1,
          median(({ sentBytes }) => sentBytes),
        )
  );
}
