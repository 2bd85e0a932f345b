import { toHex } from "../../engine/codec/hex.ts";
import type { Primitives } from "../../engine/ports/primitives.ts";
import type { Randomness } from "../../engine/ports/randomness.ts";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { ZoneBase } from "./zone-identity.ts";

export interface BaseCheck {
  readonly check: string;
  readonly isGood: boolean;
  /** Figures, or what to do about it. */
  readonly detail: string;
}

export interface ValidateOptions {
  readonly zone: Zone;
  readonly base: ZoneBase;
  readonly primitives: Primitives;
  readonly randomness: Randomness;
  /** Milliseconds of a clock that only goes forward. */
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** A company that there is not: everything lies below, and goes again. */
const FOLDER = "companies/00000000-0000-4000-8000-000000000000/validate";
/** A pack is about as large. */
const LARGE_BYTES = 16 * 1024 * 1024;
const SMALL_COUNT = 40;
const SMALL_BYTES = 4_096;
/** Long enough that a refused deletion is the lock's doing; whole seconds count. */
const LOCK_MS = 4_000;
const MAX_LOCK_MS = 64_000;
const LOCK_OVER_MS = 1_500;

/**
 * Whether storage keeps what a zone promises, tried out with real objects below a company that there is not: each check by itself, so
 * that one which fails hides no other. What was stored is removed at the end.
 */
export async function validateBase(options: ValidateOptions): Promise<BaseCheck[]> {
  const { base } = options;
  const promised: Check =
    base === "backup" ? ["of many writers one is first", raceForOne] : ["a lock keeps its object", keepLocked];
  const results: BaseCheck[] = [];
  for (const [check, attempt] of [...CHECKS, promised]) {
    try {
      results.push({ check, isGood: true, detail: await attempt(options) });
    } catch (error) {
      if (!(error instanceof ZoneError || error instanceof UnkeptPromise)) throw error;
      results.push({ check, isGood: false, detail: error.message });
    }
  }
  return [...results, await removeAll(options)];
}

type Check = readonly [check: string, attempt: (options: ValidateOptions) => Promise<string>];

const CHECKS: readonly Check[] = [
  ["a large object comes back as it was", storeLarge],
  ["small objects, one after the other", storeSmall],
  ["equal bytes succeed again, others are refused", refuseOthers],
  ["a list is in order, page by page", listInOrder],
  ["what is deleted is gone", deleteOne],
];

/** The storage did something that a zone must not do; the message says what it means for backups. */
class UnkeptPromise extends Error {}

async function storeLarge({ zone, primitives, randomness, nowMs }: ValidateOptions): Promise<string> {
  const bytes = randomness.bytes(LARGE_BYTES);
  const sha256 = primitives.sha256(bytes);
  const key = `${FOLDER}/${toHex(sha256)}`;
  const beganMs = nowMs();
  await zone.put(key, [bytes], bytes.length, { sha256 });
  const storedMs = nowMs();
  const hash = primitives.sha256Start();
  for await (const piece of await zone.get(key)) hash.update(piece);
  const readMs = nowMs();
  if (!primitives.isEqual(hash.digest(), sha256)) throw new UnkeptPromise("other bytes came back: do not use it");
  const rate = (ms: number) => `${Math.round(LARGE_BYTES / 1_000 / Math.max(ms, 1))} MB/s`;
  const range = await collect(await zone.get(key, { offset: 1_000_003, sizeBytes: 77 }));
  if (!primitives.isEqual(range, bytes.subarray(1_000_003, 1_000_080))) {
    throw new UnkeptPromise("a range holds other bytes: restores would read all of each pack and fail");
  }
  return `${rate(storedMs - beganMs)} in, ${rate(readMs - storedMs)} out`;
}

async function storeSmall({ zone, nowMs }: ValidateOptions): Promise<string> {
  const tookMs: number[] = [];
  for (let at = 0; at < SMALL_COUNT; at++) {
    const beganMs = nowMs();
    await zone.put(
      `${FOLDER}/small/${String(at).padStart(3, "0")}`,
      [new Uint8Array(SMALL_BYTES).fill(at)],
      SMALL_BYTES,
    );
    tookMs.push(nowMs() - beganMs);
  }
  const sorted = tookMs.toSorted((a, b) => a - b);
  return `median ${(sorted[sorted.length >> 1] ?? 0).toFixed(1)} ms, slowest ${(sorted.at(-1) ?? 0).toFixed(1)} ms`;
}

async function refuseOthers({ zone }: ValidateOptions): Promise<string> {
  const key = `${FOLDER}/taken`;
  await zone.put(key, [new Uint8Array(10)], 10);
  await zone.put(key, [new Uint8Array(10)], 10);
  if ((await codeOf(zone.put(key, [new Uint8Array(10).fill(1)], 10))) === "exists") return "kept";
  throw new UnkeptPromise("an object was written over: what is stored could be lost");
}

async function listInOrder({ zone }: ValidateOptions): Promise<string> {
  const found: string[] = [];
  for (let after: string | undefined; ; after = found.at(-1)) {
    const page = await zone.list(`${FOLDER}/small/`, { limit: 7, ...(after !== undefined && { after }) });
    found.push(...page.map(({ key }) => key));
    if (page.length < 7) break;
  }
  const wanted = Array.from({ length: SMALL_COUNT }, (_, at) => `${FOLDER}/small/${String(at).padStart(3, "0")}`);
  if (found.join() === wanted.join()) return `${found.length} keys`;
  throw new UnkeptPromise("keys are missing, doubled or out of order: a recovery would not find everything");
}

async function deleteOne({ zone }: ValidateOptions): Promise<string> {
  const key = `${FOLDER}/gone`;
  await zone.put(key, [new Uint8Array(3)], 3);
  await zone.delete(key);
  await zone.delete(key);
  if ((await zone.find(key)) === null) return "gone, and deleting it again succeeds";
  throw new UnkeptPromise("a deleted object is still there: what is over would be paid for for ever");
}

async function raceForOne({ zone, randomness }: ValidateOptions): Promise<string> {
  const key = `control/validate-${toHex(randomness.bytes(8))}`;
  const writers = Array.from({ length: 6 }, (_, at) => {
    return codeOf(zone.put(key, [new Uint8Array(5).fill(at)], 5, { isCreateOnly: true }));
  });
  const codes = await Promise.all(writers);
  await zone.delete(key);
  const winners = codes.filter((code) => code === null).length;
  if (winners === 1) return "one of 6";
  throw new UnkeptPromise(
    `${winners} of 6 writers were told that they are first: two services could both go on after a loss`,
  );
}

async function keepLocked(options: ValidateOptions, lockMs = LOCK_MS): Promise<string> {
  const { zone, sleep } = options;
  const key = `${FOLDER}/locked`;
  await zone.put(key, [new Uint8Array(3)], 3);
  const until = await zone.lock(key, new Date(Date.now() + lockMs));
  const whileLocked = await codeOf(zone.delete(key));
  const leftMs = until.getTime() - Date.now();
  // Too slow to tell: the lock was over before the answer.
  if (whileLocked !== "locked" && leftMs <= 0 && lockMs < MAX_LOCK_MS) {
    return keepLocked(options, 4 * lockMs);
  }
  await sleep(Math.max(0, leftMs) + LOCK_OVER_MS);
  if (whileLocked !== "locked") throw new UnkeptPromise("a locked object was deleted: nothing here can be frozen");
  await zone.delete(key);
  return "refused until then, deleted afterwards";
}

async function removeAll({ zone }: ValidateOptions): Promise<BaseCheck> {
  const check = "nothing is left of these checks";
  try {
    for (const { key } of await zone.list(`${FOLDER}/`, { limit: 500 })) await zone.delete(key);
    const [left] = await zone.list(`${FOLDER}/`, { limit: 1 });
    if (!left) return { check, isGood: true, detail: "removed" };
    return { check, isGood: false, detail: `${left.key} is still there; remove what lies below ${FOLDER} by hand` };
  } catch (error) {
    if (!(error instanceof ZoneError)) throw error;
    return { check, isGood: false, detail: `${error.message}; remove what lies below ${FOLDER} by hand` };
  }
}

async function codeOf(attempt: Promise<unknown>): Promise<string | null> {
  try {
    await attempt;
    return null;
  } catch (error) {
    if (error instanceof ZoneError) return error.code;
    throw error;
  }
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}
