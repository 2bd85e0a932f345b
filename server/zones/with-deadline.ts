import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";

/**
 * Bounds how long a call may take until it answers (for `get`: until the first bytes are there, and between two pieces). A call
 * that is late is `unreachable`; what it left running in the system ends by itself. Puts have no deadline here: they are bounded by
 * their caller, and a put that was given up could still arrive.
 */
export function withDeadline(zone: Zone, deadlineMs: number): Zone {
  const within = <T>(call: Promise<T>) => answeredWithin(call, deadlineMs, zone.zoneId);

  async function* punctual(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const iterator = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await within(iterator.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      iterator.return?.()?.catch(() => undefined);
    }
  }

  return {
    ...zone,
    get: async (key, range, signal) => punctual(await within(zone.get(key, range, signal))),
    find: (key) => within(zone.find(key)),
    list: (prefix, options) => within(zone.list(prefix, options)),
  };
}

/** What the call answers, or `unreachable` when that takes longer. */
export async function answeredWithin<T>(call: Promise<T>, deadlineMs: number, zoneId: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new ZoneError("unreachable", zoneId, `no answer within ${deadlineMs} ms`));
  }, deadlineMs);
  call.catch(() => undefined);
  try {
    return await Promise.race([call, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
