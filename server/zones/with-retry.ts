import type { Clock } from "../../engine/ports/clock.ts";
import type { ByteRange, Zone } from "../../engine/ports/zone.ts";
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

/** What `call` gives, tried again while it fails with what a zone calls retryable. @throws what the last try threw */
export async function tryAgain<T>(call: () => Promise<T>, options: RetryOptions, signal?: AbortSignal): Promise<T> {
  const startedMs = options.clock.now().getTime();
  const isLate = () => options.clock.now().getTime() - startedMs >= (options.untilMs ?? Number.POSITIVE_INFINITY);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const isOver = attempt >= options.attempts || isLate();
      if (!(error instanceof ZoneError && error.retryable) || isOver) throw error;
      signal?.throwIfAborted();
      await options.clock.sleep(options.firstDelayMs * 2 ** (attempt - 1), signal);
    }
  }
}

/**
 * Tries again what the zone calls retryable. A body that is a stream can be read only once and is therefore tried once; bodies in
 * parts and everything else are repeatable, because equal puts succeed, what was replaced is kept, and deleting what is absent succeeds. Create-only
 * puts are tried once: after a lost answer, `exists` could be our own doing, which only the caller can tell. A read that breaks off goes
 * on at the byte where it stopped, as long as each new try brings some; whoever reads compares hashes, so a copy that was replaced in
 * between shows.
 */
export function withRetry(zone: Zone, options: RetryOptions): Zone {
  const retry = <T>(call: () => Promise<T>, signal?: AbortSignal) => tryAgain(call, options, signal);

  async function* goOn(read: Read, first: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { key, signal } = read;
    let sent = 0;
    for (let body = first; ; ) {
      const sentBefore = sent;
      try {
        for await (const piece of body) {
          sent += piece.length;
          yield piece;
        }
        return;
      } catch (error) {
        if (!(error instanceof ZoneError && error.retryable) || sent === sentBefore) throw error;
      }
      const { offset, sizeBytes } = read.range ?? {
        offset: 0,
        sizeBytes: await retry(() => sizeOf(zone, key), signal),
      };
      const rest = { offset: offset + sent, sizeBytes: sizeBytes - sent };
      body = await retry(() => zone.get(key, rest, signal), signal);
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
    get: async (key, range, signal) =>
      goOn({ key, range, signal }, await retry(() => zone.get(key, range, signal), signal)),
    find: (key) => retry(() => zone.find(key)),
    list: (prefix, listOptions) => retry(() => zone.list(prefix, listOptions)),
    delete: (key) => retry(() => zone.delete(key)),
    lock: (key, until) => retry(() => zone.lock(key, until)),
    findLock: (key) => retry(() => zone.findLock(key)),
  };
}

interface Read {
  readonly key: string;
  readonly range: ByteRange | undefined;
  readonly signal: AbortSignal | undefined;
}

async function sizeOf(zone: Zone, key: string): Promise<number> {
  const found = await zone.find(key);
  if (found) return found.sizeBytes;
  throw new ZoneError("not_found", zone.zoneId, `${key} is gone`);
}
