import type { ByteRange, Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { CopyName } from "../domain/store/zone-store.ts";
import { isArchived, tieredZone } from "../domain/zone/tiered-zone.ts";
import type { OpenZoneSet } from "../zones/open-zones.ts";
import { readPieces } from "./read-pieces.ts";

/** For so long after a failure a zone is asked last; then it is tried out beside the reads, so that none of them waits for the deadline of a zone that hangs. */
const AVOID_MS = 10_000;

export interface ObjectRead {
  readonly companyId: string;
  /** What is read, as its copies are recorded. */
  readonly name: CopyName;
  readonly key: string;
  readonly range?: ByteRange;
  /** In the order of preference. */
  readonly zoneIds: readonly string[];
  readonly signal?: AbortSignal;
}

export interface OpenedRead {
  /** The zone that answered first. */
  readonly zoneId: string;
  /** A piece stands until the next but one is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** A zone that could not give a good copy, and what it said. */
export interface FailedRead {
  readonly read: ObjectRead;
  readonly zoneId: string;
  readonly error: unknown;
}

/**
 * Reads objects from whichever zone has them. Objects never change, so a read that breaks off in one zone goes on in the next one at the
 * byte where it stopped. A zone that does not answer fails by its own deadline (`server/zones/open-zones.ts`).
 */
export class ZoneReads {
  readonly #zones = new Map<string, Zone>();
  readonly #avoidUntilMs = new Map<string, number>();
  readonly #triedOut = new Set<string>();
  readonly #report: (failure: FailedRead) => void;
  readonly #zoneSet: OpenZoneSet;

  constructor(zones: OpenZoneSet, report: (failure: FailedRead) => void) {
    this.#zoneSet = zones;
    for (const handle of zones.all()) this.#zones.set(handle.zoneId, tieredZone(handle));
    this.#report = report;
  }

  /** All zones, in order. */
  get zoneIds(): readonly string[] {
    return [...this.#zones.keys()];
  }

  /** Resolves when the first bytes are there. @throws ZoneError of the last zone when none can give them */
  async open(read: ObjectRead): Promise<OpenedRead> {
    const waiting = this.inOrder(read.zoneIds);
    const opened = await this.#openNext(read, waiting, 0);
    return { zoneId: opened.zoneId, body: this.#pieces(read, waiting, opened) };
  }

  /** A small object as a whole, from the first zone whose copy passes `check`. @throws ZoneError */
  async readWhole(read: ObjectRead, maxBytes: number, check: (bytes: Buffer) => boolean): Promise<Buffer> {
    const waiting = this.inOrder(read.zoneIds);
    for (;;) {
      const opened = await this.#openNext(read, waiting, 0);
      try {
        const bytes = await collect(opened, maxBytes);
        if (bytes && check(bytes)) return bytes;
        throw new ZoneError("damaged", opened.zoneId, `${read.key} is not what it should be`);
      } catch (error) {
        this.#failed({ read, zoneId: opened.zoneId, error });
        if (waiting.length === 0) throw error;
      }
    }
  }

  /** As they are asked now: those that failed lately last. */
  inOrder(zoneIds: readonly string[]): string[] {
    const avoided = zoneIds.filter((zoneId) => this.#avoidUntilMs.has(zoneId));
    for (const zoneId of avoided) void this.#tryOut(zoneId);
    return [...zoneIds.filter((zoneId) => !avoided.includes(zoneId)), ...avoided];
  }

  /** One that failed is preferred again once its time is over and it answers. */
  async #tryOut(zoneId: string): Promise<void> {
    const untilMs = this.#avoidUntilMs.get(zoneId) ?? 0;
    if (Date.now() < untilMs || this.#triedOut.has(zoneId)) return;
    this.#triedOut.add(zoneId);
    const check = await this.#zoneSet.find(zoneId)?.probe();
    this.#triedOut.delete(zoneId);
    // What failed meanwhile says more than a look at its identity.
    if (this.#avoidUntilMs.get(zoneId) !== untilMs) return;
    if (check?.isReachable) this.#avoidUntilMs.delete(zoneId);
    else this.#avoidUntilMs.set(zoneId, Date.now() + AVOID_MS);
  }

  async #openNext(read: ObjectRead, waiting: string[], sent: number): Promise<OneZoneRead> {
    let lastError: unknown = new ZoneError("not_found", "zones", `no zone holds ${read.key}`);
    for (let zoneId = waiting.shift(); zoneId !== undefined; zoneId = waiting.shift()) {
      const zone = this.#zones.get(zoneId);
      if (!zone) continue;
      try {
        const iterator = (await this.#bodyOf(zone, read, sent))[Symbol.asyncIterator]();
        return { zoneId, iterator, first: await iterator.next() };
      } catch (error) {
        read.signal?.throwIfAborted();
        this.#failed({ read, zoneId, error });
        lastError = error;
      }
    }
    throw lastError;
  }

  async #bodyOf(zone: Zone, read: ObjectRead, sent: number): Promise<AsyncIterable<Uint8Array>> {
    const range = rangeAfter(read.range, sent);
    const { zoneId } = zone;
    const open = this.#zoneSet.find(zoneId)?.openReader;
    if (!open || !range || isArchived(read.key)) return zone.get(read.key, range, read.signal);
    return readPieces({ zoneId, reader: await open(read.key), range });
  }

  async *#pieces(read: ObjectRead, waiting: string[], opened: OneZoneRead): AsyncGenerator<Uint8Array> {
    let current = opened;
    let sent = 0;
    for (;;) {
      try {
        for await (const piece of piecesOf(current)) {
          sent += piece.length;
          yield piece;
        }
        return;
      } catch (error) {
        read.signal?.throwIfAborted();
        this.#failed({ read, zoneId: current.zoneId, error });
        // Without a range the length is unknown here, so only ranges can be continued.
        if (!read.range || waiting.length === 0) throw error;
        current = await this.#openNext(read, waiting, sent);
      }
    }
  }

  #failed(failure: FailedRead): void {
    const { zoneId, error } = failure;
    if (error instanceof ZoneError && error.retryable) this.#avoidUntilMs.set(zoneId, Date.now() + AVOID_MS);
    this.#report(failure);
  }
}

interface OneZoneRead {
  readonly zoneId: string;
  readonly iterator: AsyncIterator<Uint8Array>;
  readonly first: IteratorResult<Uint8Array>;
}

function rangeAfter(range: ByteRange | undefined, sent: number): ByteRange | undefined {
  return range && { offset: range.offset + sent, sizeBytes: range.sizeBytes - sent };
}

async function* piecesOf({ iterator, first }: OneZoneRead): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

/** Null when there is more than `maxBytes`. */
async function collect(opened: OneZoneRead, maxBytes: number): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const piece of piecesOf(opened)) {
    size += piece.length;
    if (size > maxBytes) return null;
    parts.push(Uint8Array.from(piece));
  }
  return Buffer.concat(parts);
}
