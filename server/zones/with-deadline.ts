import type { Zone } from "../../engine/ports/zone.ts";
import type { ObjectReader } from "./object-reader.ts";
import type { ZoneCalls } from "./zone-calls.ts";

export interface Deadlines {
  /** Until a call answers; for reads until the first bytes are there, and between two pieces. */
  readonly answerMs: number;
  /** Until a put is durable. */
  readonly putMs: number;
}

/**
 * Gives every call an end: one that is late is `unreachable`. A put that is late is aborted, so that nothing of what its body's memory
 * holds later can be stored; what it had written whole before that may still arrive, and is what its name says.
 */
export function withDeadline(zone: Zone, calls: ZoneCalls, { answerMs, putMs }: Deadlines): Zone {
  const within = <T>(call: () => Promise<T>) => calls.within(answerMs, call);

  async function* punctual(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const iterator = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await within(() => iterator.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      iterator.return?.()?.catch(() => undefined);
    }
  }

  async function writing<T>(signal: AbortSignal | undefined, write: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController();
    const either = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    try {
      return await calls.within(putMs, () => write(either));
    } catch (error) {
      late.abort(error);
      throw error;
    }
  }

  return {
    zoneId: zone.zoneId,
    put: (key, body, sizeBytes, options) =>
      writing(options?.signal, (signal) => zone.put(key, body, sizeBytes, { ...options, signal })),
    replaceBad: (key, body, options) =>
      writing(options.signal, (signal) => zone.replaceBad(key, body, { ...options, signal })),
    get: async (key, range, signal) => punctual(await within(() => zone.get(key, range, signal))),
    find: (key) => within(() => zone.find(key)),
    list: (prefix, options) => within(() => zone.list(prefix, options)),
    delete: (key) => within(() => zone.delete(key)),
    lock: (key, until) => within(() => zone.lock(key, until)),
    findLock: (key) => within(() => zone.findLock(key)),
  };
}

/** The same for objects that are read into memory of the caller's. After a late read that memory may still be written to. */
export function openWithin(
  open: (key: string) => Promise<ObjectReader>,
  calls: ZoneCalls,
  answerMs: number,
): (key: string) => Promise<ObjectReader> {
  return async (key) => {
    const reader = await calls.within(
      answerMs,
      () => open(key),
      (late) => late.close(),
    );
    return { ...reader, read: (offset, into) => calls.within(answerMs, () => reader.read(offset, into)) };
  };
}
