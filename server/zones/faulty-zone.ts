import type { Clock } from "../../engine/ports/clock.ts";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { PutBody } from "./fs-put.ts";

/** Shares of calls, 0 to 1; may be changed while the zone is used. */
export interface Faults {
  /** Calls that fail before they do anything. */
  errorRate: number;
  /** Calls that do their work and then lose the answer. */
  lostAnswerRate: number;
  /** Puts that store only the first half and die: what a disk without honest fsync leaves. */
  tornWriteRate: number;
  /** Reads in which one bit is wrong. */
  bitRotRate: number;
  /** Longest wait before a call. */
  maxLatencyMs: number;
  /** The whole base is gone. */
  isLost: boolean;
  /** Calls get no answer while it lasts, as from a mount whose server is gone; then they go on. */
  isSilent: boolean;
}

export const NO_FAULTS: Readonly<Faults> = {
  errorRate: 0,
  lostAnswerRate: 0,
  tornWriteRate: 0,
  bitRotRate: 0,
  maxLatencyMs: 0,
  isLost: false,
  isSilent: false,
};

/** How soon a zone that was silent notices that it may speak. */
const SILENT_LOOK_MS = 5;

export interface FaultyOptions {
  readonly seed: number;
  readonly clock: Clock;
  readonly faults: Faults;
}

/** A zone that misbehaves by a seed: the same seed and the same calls give the same faults. */
export function withFaults(zone: Zone, { seed, clock, faults }: FaultyOptions): Zone {
  const random = seededRandom(seed);

  async function misbehave<T>(call: () => Promise<T>): Promise<T> {
    const delayMs = Math.floor(random() * faults.maxLatencyMs);
    const isRefused = random() < faults.errorRate;
    const isAnswerLost = random() < faults.lostAnswerRate;
    if (delayMs > 0) await clock.sleep(delayMs);
    // Real time: this is about callers that wait in real time, not about the clock of a simulation.
    while (faults.isSilent) await new Promise((resolve) => setTimeout(resolve, SILENT_LOOK_MS).unref());
    if (faults.isLost || isRefused) throw new ZoneError("unreachable", zone.zoneId, "an injected fault");
    const result = await call();
    if (isAnswerLost) throw new ZoneError("unreachable", zone.zoneId, "an injected loss of the answer");
    return result;
  }

  async function tornPut(key: string, body: PutBody): Promise<never> {
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    const whole = Buffer.concat(parts);
    const half = whole.subarray(0, whole.length >> 1);
    await zone.put(key, [half], half.length);
    throw new ZoneError("unreachable", zone.zoneId, "an injected torn write");
  }

  return {
    zoneId: zone.zoneId,
    put(key, body, sizeBytes, options) {
      const isTorn = random() < faults.tornWriteRate;
      return misbehave(() => (isTorn ? tornPut(key, body) : zone.put(key, body, sizeBytes, options)));
    },
    replaceBad: (key, body, options) => misbehave(() => zone.replaceBad(key, body, options)),
    get: (key, range, signal) =>
      misbehave(async () => {
        const isRotten = random() < faults.bitRotRate;
        const body = await zone.get(key, range, signal);
        return isRotten ? rotten(body, random) : body;
      }),
    find: (key) => misbehave(() => zone.find(key)),
    list: (prefix, options) => misbehave(() => zone.list(prefix, options)),
    delete: (key) => misbehave(() => zone.delete(key)),
    lock: (key, until) => misbehave(() => zone.lock(key, until)),
    findLock: (key) => misbehave(() => zone.findLock(key)),
  };
}

async function* rotten(body: AsyncIterable<Uint8Array>, random: () => number): AsyncGenerator<Uint8Array> {
  let isDone = false;
  for await (const piece of body) {
    const copy = Uint8Array.from(piece);
    const at = Math.floor(random() * copy.length);
    if (!isDone && copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    isDone = true;
    yield copy;
  }
}

/** Mulberry32: small, and the same everywhere. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
