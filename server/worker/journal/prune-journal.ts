import type { Zone } from "../../../engine/ports/zone.ts";
import { findSegmentName, JOURNAL_PREFIX } from "../../domain/journal/segment.ts";

const PAGE = 1_000;

/**
 * Decides which objects of a zone's journal no reader needs any more; does nothing. A reader begins with the newest complete base; the one
 * before it is kept as well, with all that came after it, so that one damaged segment is not the end. What an earlier term wrote stays, two days of
 * it at most: in a zone that came back it is all that says what the lost side did after the other one had taken over, under the same numbers.
 *
 * @param keepFrom first segment of the base before the newest, which every zone has whole, like the newest
 */
export function planPrune(objectKeys: readonly string[], { keepFrom, term }: PruneBound): readonly string[] {
  return objectKeys.filter((key) => {
    const name = findSegmentName(key);
    return name !== null && name.term === term && name.number < keepFrom;
  });
}

export interface PruneBound {
  readonly keepFrom: number;
  /** Of the history that is pruned. */
  readonly term: number;
}

/** Deletes what is planned, a page at a time, oldest first. Answers how many. @throws ZoneError */
export async function pruneJournal(zone: Zone, bound: PruneBound): Promise<number> {
  let pruned = 0;
  let after: string | undefined;
  for (;;) {
    const page = await zone.list(JOURNAL_PREFIX, { limit: PAGE, ...(after !== undefined && { after }) });
    for (const key of planPrune(
      page.map(({ key }) => key),
      bound,
    )) {
      await zone.delete(key);
      pruned += 1;
    }
    after = page.at(-1)?.key;
    if (page.length < PAGE) return pruned;
  }
}
