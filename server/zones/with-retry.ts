import type { Clock } from "../../engine/ports/clock.ts";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";

export interface RetryOptions {
  readonly clock: Clock;
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** Wait after the first failure; doubles each time. */
  readonly firstDelayMs: number;
  /** No try begins later than this after the first one: whoever asked has given up by then. Left out, only the tries count. */
  readonly untilMs?: number;
}

/**
 * Tries again what the zone calls retryable. A body that is a stream can be read only once and is therefore tried once; bodies in
 * parts and everything else are repeatable, because equal puts succeed, what was replaced is kept, and deleting what is absent succeeds. Create-only
 * puts are tried once: after a lost answer, `exists` could be our own doing, which only the caller can tell.
 */
export function withRetry(zone: Zone, options: RetryOptions): Zone {
  async function retry<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const startedMs = options.clock.now().getTime();
    const isLate = () => options.clock.now().getTime() - startedMs >= (options.untilMs ?? Number.POSITIVE_INFINITY);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof ZoneError && error.retryable) || attempt >= options.attempts || isLate()) throw error;
        signal?.throwIfAborted();
        await options.clock.sleep(options.firstDelayMs * 2 ** (attempt - 1), signal);
      }
    }
  }
  return {
    zoneId: zone.zoneId,
    put: (key, body, sizeBytes, putOptions) =>
      Array.isArray(body) && !putOptions?.isCreateOnly
        ? retry(() => zone.put(key, body, sizeBytes, putOptions), putOptions?.signal)
        : zone.put(key, body, sizeBytes, putOptions),
    replaceBad: (key, body, replaceOptions) =>
      retry(() => zone.replaceBad(key, body, replaceOptions), replaceOptions.signal),
    get: (key, range, signal) => retry(() => zone.get(key, range, signal), signal),
    find: (key) => retry(() => zone.find(key)),
    list: (prefix, listOptions) => retry(() => zone.list(prefix, listOptions)),
    delete: (key) => retry(() => zone.delete(key)),
  };
}
