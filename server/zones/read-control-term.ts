import type { Zone } from "../../engine/ports/zone.ts";

const PREFIX = "control/term-";
/** Keys in one answer of a zone. */
const PAGE = 1_000;

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
