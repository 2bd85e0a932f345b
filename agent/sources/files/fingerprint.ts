import type { BigIntStats } from "node:fs";
import { FINGERPRINT_SIZE_BYTES } from "../../../engine/backup/cache-record.ts";
import type { SourceAttributes } from "../../../engine/ports/source.ts";
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

/**
 * An object that was changed within this time before it was looked at may change again without its times moving,
 * because file systems count time in steps (up to 2 s on some). It is read again at the next run.
 */
const SETTLED_AFTER_NS = 2_000_000_000n;
const CTIME_WORD = 4;

export function isSettled(fingerprint: Uint8Array, at: Date): boolean {
  bytes.set(fingerprint);
  const changedAtNs = BigInt.asIntN(64, words[CTIME_WORD] ?? 0n);
  return changedAtNs < BigInt(at.getTime()) * 1_000_000n - SETTLED_AFTER_NS;
}

function write(stat: BigIntStats): void {
  words[0] = stat.dev;
  words[1] = stat.ino;
  words[2] = stat.size;
  words[3] = BigInt.asUintN(64, stat.mtimeNs);
  words[CTIME_WORD] = BigInt.asUintN(64, stat.ctimeNs);
  words[5] = (stat.mode << 32n) | stat.uid;
  words[6] = (stat.gid << 32n) | stat.nlink;
  words[7] = stat.rdev;
}

const NS_PER_SECOND = 1_000_000_000n;
const LINK_ID_SIZE_BYTES = 16;

/** The link id stands for the whole fingerprint: device and inode alone may name another file a moment later. */
export function attributesOf(fingerprint: Uint8Array): SourceAttributes {
  bytes.set(fingerprint);
  const [, , , mtime = 0n, , modeAndUid = 0n, gidAndNames = 0n] = words;
  const mtimeNs = BigInt.asIntN(64, mtime);
  // Whole seconds downwards, so that the nanoseconds of a time before 1970 count upwards too.
  const nanoseconds = ((mtimeNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  const hasOtherNames = (gidAndNames & 0xffff_ffffn) > 1n;
  return {
    mode: Number(modeAndUid >> 32n) & 0o7777,
    uid: Number(modeAndUid & 0xffff_ffffn),
    gid: Number(gidAndNames >> 32n),
    mtimeSeconds: Number((mtimeNs - nanoseconds) / NS_PER_SECOND),
    mtimeNanoseconds: Number(nanoseconds),
    ...(hasOtherNames && { linkId: nodePrimitives.sha256(fingerprint).slice(0, LINK_ID_SIZE_BYTES) }),
  };
}
