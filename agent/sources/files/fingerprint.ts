import type { BigIntStats } from "node:fs";
import { FINGERPRINT_SIZE_BYTES } from "../../../engine/backup/cache-record.ts";
import { nodePrimitives } from "../../../engine/primitives/node.ts";

const words = new BigUint64Array(FINGERPRINT_SIZE_BYTES / 8);
const bytes = Buffer.from(words.buffer);

/**
 * What the system says about an object, as 64 bytes: device, inode, size, mtime, ctime, mode, owner, names. Equal
 * means that nobody touched it: the ctime moves with every change of content or of what is said about it, and
 * cannot be set back.
 */
export function fingerprintOf(stat: BigIntStats): Uint8Array {
  write(stat);
  return Uint8Array.from(bytes);
}

export function isFingerprintOf(fingerprint: Uint8Array, stat: BigIntStats): boolean {
  write(stat);
  return bytes.equals(fingerprint);
}

/** Stands for an object that must be read again at the next run. */
export const UNSETTLED = new Uint8Array(FINGERPRINT_SIZE_BYTES);

/**
 * An object that was changed within this time before it was looked at may change again without its times moving,
 * because file systems count time in steps (up to 2 s on some). It is read again at the next run.
 */
export const SETTLED_AFTER_NS = 2_000_000_000n;

function write(stat: BigIntStats): void {
  words[0] = stat.dev;
  words[1] = stat.ino;
  words[2] = stat.size;
  words[3] = BigInt.asUintN(64, stat.mtimeNs);
  words[4] = BigInt.asUintN(64, stat.ctimeNs);
  words[5] = (stat.mode << 32n) | stat.uid;
  words[6] = (stat.gid << 32n) | stat.nlink;
  words[7] = stat.rdev;
}

/** What a fingerprint says, in numbers. */
export interface FingerprintFields {
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly ctimeNs: bigint;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly device: bigint;
  /**
   * When the object has more than one name: 16 bytes that stand for the whole fingerprint, so that a name whose inode
   * was changed or given to another file during the walk is never restored as a link to what it was before.
   */
  readonly linkId: Uint8Array | undefined;
}

const NS_PER_SECOND = 1_000_000_000n;

export function readFingerprint(fingerprint: Uint8Array): FingerprintFields {
  bytes.set(fingerprint);
  const [, , size = 0n, mtime = 0n, ctime = 0n, modeAndUid = 0n, gidAndNames = 0n, device = 0n] = words;
  const mtimeNs = BigInt.asIntN(64, mtime);
  // Whole seconds downwards, so that the nanoseconds of a time before 1970 count upwards too.
  const nanoseconds = ((mtimeNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  return {
    sizeBytes: Number(size),
    mtimeSeconds: Number((mtimeNs - nanoseconds) / NS_PER_SECOND),
    mtimeNanoseconds: Number(nanoseconds),
    ctimeNs: BigInt.asIntN(64, ctime),
    mode: Number(modeAndUid >> 32n),
    uid: Number(modeAndUid & 0xffff_ffffn),
    gid: Number(gidAndNames >> 32n),
    device,
    linkId: (gidAndNames & 0xffff_ffffn) > 1n ? nodePrimitives.sha256(fingerprint).slice(0, 16) : undefined,
  };
}
