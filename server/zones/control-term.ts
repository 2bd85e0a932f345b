import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";

/**
 * Which history of the control plane a zone belongs to (DESIGN.md section 8). The first term is written when a backup base is made; what
 * takes over from it writes the next one, create-only, in every zone. Terms lie in backup bases alone.
 */
const PREFIX = "control/term-";
/** Keys in one answer of a zone. */
const PAGE = 1_000;
export const FIRST_TERM = 1;
export const FIRST_TERM_KEY = termKey(FIRST_TERM);

/** The same in every zone; readers ignore members that they do not know. */
export function termBytes(term: number): Buffer {
  return Buffer.from(`${JSON.stringify({ v: 1, type: "term", term })}\n`);
}

export function termKey(term: number): string {
  return `${PREFIX}${term}`;
}

/**
 * The greatest control term that a backup base holds, or null when it holds none. Terms are written once and never removed, so the names say it all.
 * @throws ZoneError as the zone does
 */
export async function readControlTerm(zone: Zone): Promise<number | null> {
  let greatest: number | null = null;
  for (let after: string | undefined; ; ) {
    const page = await zone.list(PREFIX, after === undefined ? { limit: PAGE } : { after, limit: PAGE });
    for (const { key } of page) {
      const digits = /^control\/term-([1-9]\d{0,14})$/.exec(key)?.[1];
      if (digits !== undefined) greatest = Math.max(greatest ?? 0, Number(digits));
    }
    after = page.at(-1)?.key;
    if (page.length < PAGE || after === undefined) return greatest;
  }
}

/**
 * Writes a term into a backup base, create-only.
 * @returns `exists` when it is there already: of this history, or of another one that took the same number
 * @throws ZoneError as the zone does
 */
export async function takeControlTerm(zone: Zone, term: number): Promise<"taken" | "exists"> {
  const bytes = termBytes(term);
  try {
    await zone.put(termKey(term), [bytes], bytes.length, { isCreateOnly: true });
    return "taken";
  } catch (error) {
    if (error instanceof ZoneError && error.code === "exists") return "exists";
    throw error;
  }
}
