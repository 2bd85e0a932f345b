import type { Primitives } from "../../engine/ports/primitives.ts";
import type { ByteRange, ObjectInfo, PutOptions, Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { PutBody } from "./fs-put.ts";
import { lockedError, wholeSecond } from "./locks.ts";
import { MAX_LIST_LIMIT, parseObjectKey, requirePrefix } from "./object-key.ts";
import { requireReplaceable } from "./require-replaceable.ts";

/** Bytes of one piece of a stream; small, so that consumers meet streams of several pieces. */
const PIECE_BYTES = 64 * 1024;

export interface MemoryZoneOptions {
  readonly zoneId: string;
  readonly primitives: Primitives;
  /** What is stored; shared between instances that stand for the same storage. */
  readonly objects?: Map<string, Uint8Array>;
  /** Until when objects are locked, by key; shared likewise. */
  readonly locks?: Map<string, Date>;
  readonly now?: () => Date;
}

/** A base in memory, for tests and the simulator. */
export function createMemoryZone(options: MemoryZoneOptions): Zone {
  const { zoneId, primitives, objects = new Map(), locks = new Map(), now = () => new Date() } = options;
  async function put(key: string, body: PutBody, sizeBytes: number, options: PutOptions = {}): Promise<void> {
    parseObjectKey(zoneId, key);
    const bytes = await collect(zoneId, body, sizeBytes, options.signal);
    if (options.sha256 && !primitives.isEqual(primitives.sha256(bytes), options.sha256)) {
      throw new ZoneError("damaged", zoneId, `${key}: the bytes do not have the promised hash`);
    }
    const stored = objects.get(key);
    if (stored === undefined) objects.set(key, bytes);
    else if (options.isCreateOnly || !Buffer.from(stored).equals(bytes)) {
      throw new ZoneError("exists", zoneId, `${key} exists`);
    }
  }

  async function get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    parseObjectKey(zoneId, key);
    signal?.throwIfAborted();
    const stored = objects.get(key);
    if (stored === undefined) throw new ZoneError("not_found", zoneId, `${key} does not exist`);
    const { offset, sizeBytes } = range ?? { offset: 0, sizeBytes: stored.length };
    if (offset < 0 || sizeBytes < 0 || offset + sizeBytes > stored.length) {
      throw new ZoneError("damaged", zoneId, `${key}: the range lies beyond its end`);
    }
    return pieces(stored.subarray(offset, offset + sizeBytes), signal);
  }

  return {
    zoneId,
    put,
    get,
    async replaceBad(key, body, { sha256, signal }) {
      requireReplaceable({ zoneId, primitives, key, body, sha256 });
      signal?.throwIfAborted();
      const stored = objects.get(key);
      if (stored && primitives.isEqual(primitives.sha256(stored), sha256)) return "kept";
      objects.set(key, Buffer.concat(body));
      return "replaced";
    },
    async find(key) {
      parseObjectKey(zoneId, key);
      const stored = objects.get(key);
      return stored === undefined ? null : { key, sizeBytes: stored.length };
    },
    async list(prefix, { after = "", limit }) {
      requirePrefix(zoneId, prefix);
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
      return keys.slice(0, Math.max(0, Math.min(limit, MAX_LIST_LIMIT))).map((key): ObjectInfo => {
        return { key, sizeBytes: objects.get(key)?.length ?? 0 };
      });
    },
    async delete(key) {
      parseObjectKey(zoneId, key);
      const until = locks.get(key);
      if (objects.has(key) && until && until > now()) throw lockedError(zoneId, key, until);
      objects.delete(key);
      locks.delete(key);
    },
    ...createLocks({ zoneId, objects, locks }),
  };
}

type Stored = Pick<MemoryZoneOptions, "zoneId"> & Required<Pick<MemoryZoneOptions, "objects" | "locks">>;

function createLocks({ zoneId, objects, locks }: Stored): Pick<Zone, "lock" | "findLock"> {
  return {
    async lock(key, until) {
      parseObjectKey(zoneId, key);
      if (!objects.has(key)) throw new ZoneError("not_found", zoneId, `${key} does not exist`);
      const wanted = wholeSecond(until);
      const inForce = locks.get(key);
      if (!inForce || inForce < wanted) locks.set(key, wanted);
      return locks.get(key) ?? wanted;
    },
    async findLock(key) {
      parseObjectKey(zoneId, key);
      return (objects.has(key) && locks.get(key)) || null;
    },
  };
}

async function collect(zoneId: string, body: PutBody, sizeBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    signal?.throwIfAborted();
    size += part.length;
    if (size > sizeBytes) break;
    parts.push(Uint8Array.from(part));
  }
  signal?.throwIfAborted();
  if (size === sizeBytes) return Buffer.concat(parts);
  throw new ZoneError("damaged", zoneId, `${sizeBytes} bytes were announced, ${size} or more came`);
}

async function* pieces(bytes: Uint8Array, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += PIECE_BYTES) {
    signal?.throwIfAborted();
    yield Uint8Array.from(bytes.subarray(offset, offset + PIECE_BYTES));
  }
}
