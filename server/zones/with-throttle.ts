import type { Clock } from "../../engine/ports/clock.ts";
import type { Zone } from "../../engine/ports/zone.ts";

/** Milliseconds of unused allowance that may be spent at once. */
const BURST_MS = 250;

/** Limits what passes through a zone, both ways together, to `bytesPerSecond`. Waits before, never drops. */
export function withThrottle(zone: Zone, options: { readonly clock: Clock; readonly bytesPerSecond: number }): Zone {
  const { clock, bytesPerSecond } = options;
  let freeAtMs = clock.now().getTime();

  async function spend(sizeBytes: number, signal?: AbortSignal): Promise<void> {
    const nowMs = clock.now().getTime();
    const startMs = Math.max(freeAtMs, nowMs - BURST_MS);
    freeAtMs = startMs + (sizeBytes * 1000) / bytesPerSecond;
    if (freeAtMs > nowMs) await clock.sleep(freeAtMs - nowMs, signal);
  }

  async function* slowly(body: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    for await (const piece of body) {
      await spend(piece.length, signal);
      yield piece;
    }
  }

  return {
    ...zone,
    async put(key, body, sizeBytes, putOptions) {
      if (!Array.isArray(body) && Symbol.asyncIterator in body) {
        return zone.put(key, slowly(body, putOptions?.signal), sizeBytes, putOptions);
      }
      await spend(sizeBytes, putOptions?.signal);
      return zone.put(key, body, sizeBytes, putOptions);
    },
    async get(key, range, signal) {
      return slowly(await zone.get(key, range, signal), signal);
    },
  };
}
