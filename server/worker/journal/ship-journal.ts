import type { Primitives } from "../../../engine/ports/primitives.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { JournalStore } from "../../domain/journal/journal-store.ts";
import { encodeSegment } from "../../domain/journal/segment.ts";
import type { ZoneHandle } from "../../domain/zone/zone-set.ts";
import type { Logger } from "../../platform/log.ts";

/** Rows looked at for one segment, which ends at 2 MiB. */
const MAX_ROWS = 2_000;
/** Segments cut in one turn, so that shipping begins soon after a flood. */
const MAX_CUTS = 32;
/** Segments read at a time: 8 MiB of memory a zone. */
const BATCH_SEGMENTS = 4;
/** For 2 MiB. A zone that hangs is unreachable after this: people wait for an acknowledgement, and what arrives later is the same object. */
const ANSWER_MS = 4_000;
/** A zone that failed is tried again after this. */
const REST_MS = 3_000;
/** Between two signs of life; whoever waits for an acknowledgement believes in one for 10 s. */
const SIGN_MS = 3_000;

export interface ShipJournalOptions {
  readonly journal: JournalStore;
  readonly primitives: Primitives;
  readonly log: Logger;
  readonly now: () => Date;
}

/**
 * Carries the journal to the zones.
 *
 * The order is the safety argument: rows are taken into a segment in one transaction, which fixes its bytes and its name; the segment is
 * stored in each zone under that name, which proves the bytes, so that a repetition after a crash stores the same; only then is it
 * recorded as shipped, and only what every zone has is forgotten here: a zone that was away gets all that it lacks, in order.
 */
export class ShipJournal {
  readonly #options: ShipJournalOptions;
  readonly #restUntilMs = new Map<string, number>();
  readonly #recordedMs = new Map<string, number>();

  constructor(options: ShipJournalOptions) {
    this.#options = options;
  }

  /** Takes what waits into segments. */
  async cut(): Promise<void> {
    const { journal, primitives } = this.#options;
    for (let cuts = 0; cuts < MAX_CUTS; cuts += 1) {
      const cut = await journal.cutSegment(MAX_ROWS, (head, rows) => encodeSegment(primitives.sha256, head, rows));
      if (cut === null) return;
    }
  }

  /** Brings one zone up to date, as far as it answers. A zone never holds up another: each has its own loop. */
  async shipTo(zone: ZoneHandle): Promise<void> {
    const { journal, log, now } = this.#options;
    const nowMs = now().getTime();
    if (nowMs < (this.#restUntilMs.get(zone.zoneId) ?? 0)) return;
    const from = (await journal.findShipped(zone.zoneId)) ?? 0;
    try {
      if ((await this.#ship(zone, from)) > from) await journal.forgetShipped();
    } catch (error) {
      if (!(error instanceof ZoneError)) throw error;
      this.#restUntilMs.set(zone.zoneId, nowMs + REST_MS);
      log.warn({ zoneId: zone.zoneId, code: error.code, err: error }, "the journal cannot be stored in a zone");
      await journal.recordShipped(zone.zoneId, { shipped: from, isReachable: false });
    }
  }

  async #ship(zone: ZoneHandle, from: number): Promise<number> {
    const { journal } = this.#options;
    let shipped = from;
    for (;;) {
      const segments = await journal.listSegments(shipped, BATCH_SEGMENTS);
      for (const { number, objectKey, bytes } of segments) {
        await inTime(zone.zoneId, zone.backup.put(objectKey, [bytes], bytes.length));
        shipped = number;
      }
      await this.#recordShipped(zone.zoneId, shipped, segments.length > 0);
      if (segments.length < BATCH_SEGMENTS) return shipped;
    }
  }

  /** Also when there is nothing new, now and then: whoever waits must see that somebody is there. */
  async #recordShipped(zoneId: string, shipped: number, isNew: boolean): Promise<void> {
    const nowMs = this.#options.now().getTime();
    if (!isNew && nowMs - (this.#recordedMs.get(zoneId) ?? Number.NEGATIVE_INFINITY) < SIGN_MS) return;
    await this.#options.journal.recordShipped(zoneId, { shipped, isReachable: true });
    this.#recordedMs.set(zoneId, nowMs);
  }
}

function inTime<Result>(zoneId: string, work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new ZoneError("unreachable", zoneId, "the zone does not answer in time")),
    ANSWER_MS,
  );
  // Whatever comes of it later is nobody's business any more.
  work.catch(() => undefined);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
