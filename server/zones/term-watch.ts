import type { Clock } from "../../engine/ports/clock.ts";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { FIRST_TERM, readControlTerm, takeControlTerm } from "./control-term.ts";

/** For so long a look at the terms counts for a put: what is stored meanwhile under a history that has ended is still what its name says. */
export const LOOK_MS = 5_000;
/** The other zones are asked at the same time, and waited for no longer: one that hangs may hold nothing up. What it says later counts as well. */
const OTHERS_MS = 1_000;

export interface TermWatchOptions {
  /** Of the history that this process writes. */
  readonly term: number;
  readonly clock: Clock;
}

/**
 * [Note: control terms] Lets nothing be written into any zone, or deleted from it, once one of them says that the history went on under a higher
 * control term: another service has taken over, and this one came back. Terms are never removed, so what was seen once stays true. Reading goes on.
 *
 * The order is the safety argument: all zones that answer are asked first; then a zone that was away while this history began gets its term,
 * create-only; only then is anything else written into it. So the side that lost finds the term wherever it could write.
 */
export class TermWatch {
  readonly #term: number;
  readonly #clock: Clock;
  /** Where the terms lie: the backup base of each zone. */
  readonly #bases = new Map<string, Zone>();
  readonly #lookedMs = new Map<string, number>();
  #higher: { readonly zoneId: string; readonly term: number } | null = null;

  constructor({ term, clock }: TermWatchOptions) {
    this.#term = term;
    this.#clock = clock;
  }

  /** @param backup the zone's backup base, unguarded */
  add(backup: Zone): void {
    this.#bases.set(backup.zoneId, backup);
  }

  /**
   * Before something is written into a zone or deleted from it.
   * @param maxAgeMs how old a look at this zone may be; the others are asked every few seconds
   * @throws ZoneError `taken_over`; and as this zone does
   */
  async require(zoneId: string, maxAgeMs: number): Promise<void> {
    this.#refuseBehindHigher();
    if (this.#isFresh(zoneId, maxAgeMs)) return;
    await this.#askOthers(zoneId);
    const base = this.#bases.get(zoneId);
    const lookedMs = this.#clock.now().getTime();
    const found = base === undefined ? null : await this.#look(base);
    this.#refuseBehindHigher();
    // A base of before there were terms has none; that is so in the first term alone.
    if (base !== undefined && this.#term > FIRST_TERM && (found ?? 0) < this.#term) await this.#take(base);
    this.#lookedMs.set(zoneId, lookedMs);
  }

  /** Two processes of one service take it at the same moment: either's object says the same. */
  async #take(base: Zone): Promise<void> {
    if ((await takeControlTerm(base, this.#term)) === "taken") return;
    await this.#look(base);
    this.#refuseBehindHigher();
  }

  async #askOthers(zoneId: string): Promise<void> {
    const others = [...this.#bases.values()].filter((base) => base.zoneId !== zoneId);
    const asked = others
      .filter((base) => !this.#isFresh(base.zoneId, LOOK_MS))
      .map(async (base) => {
        const lookedMs = this.#clock.now().getTime();
        const found = await this.#look(base);
        // One that lacks the term gets it when it is written to: until then it stays to be looked at.
        if ((found ?? FIRST_TERM) >= this.#term) this.#lookedMs.set(base.zoneId, lookedMs);
      });
    if (asked.length === 0) return;
    const patience = new AbortController();
    const late = this.#clock.sleep(OTHERS_MS, patience.signal).catch(() => undefined);
    // One that is away says nothing.
    await Promise.race([Promise.allSettled(asked), late]);
    patience.abort();
  }

  async #look(base: Zone): Promise<number | null> {
    const found = await readControlTerm(base);
    if (found !== null && found > Math.max(this.#term, this.#higher?.term ?? 0))
      this.#higher = { zoneId: base.zoneId, term: found };
    return found;
  }

  #isFresh(zoneId: string, maxAgeMs: number): boolean {
    const lookedMs = this.#lookedMs.get(zoneId) ?? Number.NEGATIVE_INFINITY;
    return this.#clock.now().getTime() - lookedMs < maxAgeMs;
  }

  #refuseBehindHigher(): void {
    if (this.#higher === null) return;
    const { zoneId, term } = this.#higher;
    const message = `the history went on under term ${term}, and this service writes term ${this.#term}: another one has taken over, stop this one`;
    throw new ZoneError("taken_over", zoneId, message);
  }
}
