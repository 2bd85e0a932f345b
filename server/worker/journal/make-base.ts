import { setTimeout as sleep } from "node:timers/promises";
import type { JournalStore } from "../../domain/journal/journal-store.ts";

/** A reader replays at most what a day wrote, on top of a base. */
export const BASE_EVERY_MS = 24 * 60 * 60 * 1000;
const LOOK_MS = 100;

export interface MadeBase {
  /** First segment of the base before; null when this is the first. */
  readonly previous: number | null;
  readonly baseNumber: number;
  /** Segment with the mark at the end. */
  readonly endNumber: number;
}

/**
 * Puts a whole base into the journal, as segments like any other: a mark, the image of every row, a mark.
 *
 * [Note: What a base stands for] The first mark has to be in a segment before the first row is read. So whatever is in an earlier segment
 * was there to be read, and whatever changes later stands in this segment or a later one. A base that breaks off is never completed, and
 * the next one begins anew.
 *
 * @param cut takes what waits into segments
 */
export async function makeBase(
  journal: JournalStore,
  cut: () => Promise<void>,
  signal?: AbortSignal,
): Promise<MadeBase> {
  const { baseNumber: previous } = await journal.readHead();
  const baseNumber = await takenInto(journal, await journal.insertMark("base_begin"), { cut, signal });
  await journal.insertBaseRows(signal);
  const endNumber = await takenInto(journal, await journal.insertMark("base_end"), { cut, signal });
  await journal.completeBase(baseNumber);
  return { previous, baseNumber, endNumber };
}

/** Waits for older transactions, if there are any: a mark is taken when nothing before it can still appear. */
async function takenInto(
  journal: JournalStore,
  seq: number,
  { cut, signal }: { readonly cut: () => Promise<void>; readonly signal: AbortSignal | undefined },
): Promise<number> {
  for (;;) {
    await cut();
    const number = await journal.findMark(seq);
    if (number !== null) return number;
    await sleep(LOOK_MS, undefined, { signal });
  }
}
