import { z } from "zod";
import { snapshotClass } from "../../../contracts/retention.ts";

const Counted = z.int().min(0);

/**
 * Where a freeze stands. `clear` forgets old marks; `roots` and `mark` mark what the snapshot reaches in the backup tier; `copy` puts those of the marked
 * frames that the archive lacks into packs of the archive; then `clear_again`, `check_roots` and `check` mark the same from the archive alone,
 * and `lock` locks every pack that it takes.
 */
const Place = z.discriminatedUnion("phase", [
  z.object({ phase: z.literal("clear") }),
  z.object({ phase: z.literal("roots") }),
  z.object({ phase: z.literal("mark") }),
  z.object({ phase: z.literal("copy"), after: Counted }),
  z.object({ phase: z.literal("clear_again") }),
  z.object({ phase: z.literal("check_roots") }),
  z.object({ phase: z.literal("check") }),
  z.object({ phase: z.literal("lock"), after: Counted }),
]);

const Cursor = z.object({
  freeze: z.object({ snapshotId: z.string(), snapshotClass, retainUntilMs: Counted }),
  place: Place,
});

export type FreezeCursor = z.infer<typeof Cursor>;
export type FreezePlace = FreezeCursor["place"];

export function encodeFreezeCursor(cursor: FreezeCursor): string {
  return JSON.stringify(cursor);
}

/** Null for what is no freeze's: a sweep of the archive, or nothing. */
export function parseFreezeCursor(text: string | null): FreezeCursor | null {
  if (text === null) return null;
  try {
    return Cursor.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
