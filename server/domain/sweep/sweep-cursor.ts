import { z } from "zod";

const Counted = z.int().min(0);
const Place = z.object({ scope: Counted, chunkIdHex: z.string().regex(/^[0-9a-f]{64}$/), packNo: Counted });

/**
 * Where a sweep stands. `clear` forgets old marks, `roots` marks where snapshots begin, `mark` what they reach, `repack` copies
 * what is reached of packs that hold little else, `decide` quarantines and rescues, `delete`
 * deletes what was quarantined before, `chunks` cleans the index.
 */
const Phase = z.discriminatedUnion("phase", [
  z.object({ phase: z.literal("clear") }),
  z.object({ phase: z.literal("roots"), after: Counted }),
  z.object({ phase: z.literal("mark") }),
  z.object({ phase: z.literal("repack"), after: Counted }),
  z.object({ phase: z.literal("decide"), after: Counted }),
  z.object({ phase: z.literal("delete"), after: Counted, hasDeleted: z.boolean() }),
  z.object({ phase: z.literal("chunks"), after: Place.nullable() }),
]);

const Cursor = z.object({
  round: Counted,
  publications: Counted,
  packHigh: Counted,
  place: Phase,
  /** Where it goes on when everything is marked: a snapshot that is published later sends it back to the roots, and then here. */
  afterwards: Phase,
});

export type SweepCursor = z.infer<typeof Cursor>;
export type SweepPlace = SweepCursor["place"];

export function encodeSweepCursor(cursor: SweepCursor): string {
  return JSON.stringify(cursor);
}

/** Reads what an earlier step saved; null begins a new round, which costs a marking and nothing more. */
export function parseSweepCursor(text: string | null): SweepCursor | null {
  if (text === null) return null;
  try {
    return Cursor.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
