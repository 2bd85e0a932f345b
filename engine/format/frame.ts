import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError, IntegrityError } from "../codec/format-error.ts";
import { concatBytes } from "../codec/hex.ts";
import { encodeUtf8 } from "../codec/text.ts";
import { uuidToBytes } from "../codec/uuid.ts";
import type { Primitives } from "../ports/primitives.ts";
import type { Randomness } from "../ports/randomness.ts";
import { Compression, compressBody } from "./compress.ts";
import { CHUNK_LIMIT_BYTES, FRAME_MEMBERS_LIMIT, FRAME_OVERHEAD_BYTES } from "./limits.ts";
import { type MemberNames, verifyMembers } from "./verify-members.ts";

const FRAME_KEY = encodeUtf8("holdfast/1/frame-key");
const FRAME = encodeUtf8("holdfast/1/frame");
const NONCE_SIZE_BYTES = 24;
const TAG_SIZE_BYTES = 16;
/** Share of frames whose content is also expanded and named again before they leave: one in so many. */
const RECOMPUTED_ONE_IN = 16;

export interface FrameContent extends MemberNames {
  readonly members: readonly Uint8Array[];
}

/** Whose frame it is; a frame opens nowhere else. */
export interface FramePlace {
  readonly primitives: Primitives;
  readonly companyId: string;
  readonly scope: number;
  readonly dataKey: Uint8Array;
}

export interface SealContext extends FramePlace {
  readonly randomness: Randomness;
  readonly chunkIdKey: Uint8Array;
  readonly scratch: FrameScratch;
  /** `opened`: each frame is opened again and compared, one in 16 is expanded and its ids recomputed; `paranoid`: all are. */
  readonly verify: "opened" | "paranoid";
}

/** Two buffers that sealing needs, kept from frame to frame, and the count that picks the one in 16. */
export class FrameScratch {
  #plain = new Uint8Array(0);
  #opened = new Uint8Array(0);
  #sealedFrames = 0;

  /** @internal */
  plain(sizeBytes: number): Uint8Array {
    if (this.#plain.length < sizeBytes) this.#plain = new Uint8Array(roomFor(sizeBytes));
    return this.#plain;
  }

  /** @internal */
  opened(sizeBytes: number): Uint8Array {
    if (this.#opened.length < sizeBytes) this.#opened = new Uint8Array(roomFor(sizeBytes));
    return this.#opened.subarray(0, sizeBytes);
  }

  /** @internal */
  isRecomputedNext(): boolean {
    return this.#sealedFrames++ % RECOMPUTED_ONE_IN === 0;
  }
}

function roomFor(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 0x4_0000) * 0x4_0000;
}

export interface SealedFrame {
  readonly nonce: Uint8Array;
  /** Bytes written to the start of `into`. */
  readonly storedSizeBytes: number;
}

/** The greatest size that members of these sizes can take as a frame. */
export function frameBoundBytes(memberCount: number, plainSizeBytes: number): number {
  return 1 + 4 * (memberCount + 1) + plainSizeBytes + TAG_SIZE_BYTES;
}

/**
 * Compresses and seals members into the start of `into`, then opens the result again and compares it with what went in,
 * because memory and processors err and nobody would notice before the restore.
 *
 * @param into at least `frameBoundBytes(...)`; may lie in shared memory
 * @throws FormatError for content beyond the limits; IntegrityError `self_check_failed`
 */
export function sealFrame(context: SealContext, content: FrameContent, into: Uint8Array): SealedFrame {
  const { primitives, scratch } = context;
  const plain = encodePlain(context, content);
  const aad = frameAad(context, content);
  const nonce = context.randomness.bytes(NONCE_SIZE_BYTES);
  const key = frameKey(primitives, context.dataKey, nonce);
  const storedSizeBytes = plain.length + TAG_SIZE_BYTES;
  const stored = into.subarray(0, storedSizeBytes);
  primitives.aeadSeal(key, nonce, aad, plain, stored);

  const opened = openForCheck(primitives, { key, nonce, aad, stored }, scratch.opened(plain.length));
  if (!primitives.isEqual(opened, plain)) throw selfCheckFailed("a sealed frame does not open to what was sealed");
  const isRecomputed = scratch.isRecomputedNext();
  if (isRecomputed || context.verify === "paranoid") recompute(context, content, opened);
  return { nonce, storedSizeBytes };
}

interface CheckedFrame {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
  readonly stored: Uint8Array;
}

function openForCheck(primitives: Primitives, frame: CheckedFrame, into: Uint8Array): Uint8Array {
  try {
    return primitives.aeadOpen(frame.key, frame.nonce, frame.aad, frame.stored, into);
  } catch {
    throw selfCheckFailed("a sealed frame does not open");
  }
}

function recompute(context: SealContext, names: MemberNames, plain: Uint8Array): void {
  try {
    const members = decodePlain(context.primitives, plain);
    verifyMembers(context.primitives, context.chunkIdKey, names, members);
  } catch (error) {
    throw selfCheckFailed(`a sealed frame does not hold what its names say (${String(error)})`);
  }
}

function selfCheckFailed(what: string): IntegrityError {
  return new IntegrityError("self_check_failed", `${what}; nothing was sent. Check this machine's memory.`);
}

function encodePlain(context: SealContext, content: FrameContent): Uint8Array {
  const { members } = content;
  requireMembers(content, members);
  const sizeBytes = members.reduce((sum, member) => sum + member.length, 0);
  if (sizeBytes > CHUNK_LIMIT_BYTES) throw new FormatError("too_long", `members of ${sizeBytes} bytes in one frame`);
  const body = joinMembers(members, sizeBytes);
  const plain = context.scratch.plain(frameBoundBytes(members.length, sizeBytes));
  const writer = new ByteWriter(plain);
  writer.u8(Compression.none).varint(members.length);
  for (const member of members) writer.varint(member.length);
  // The compressor writes straight behind the header; what is not worth compressing is copied there.
  const room = plain.subarray(writer.position);
  const compressed = compressBody(context.primitives, body, { isGroup: members.length > 1, into: room });
  plain[0] = compressed.compression;
  if (compressed.bytes.buffer !== room.buffer) room.set(compressed.bytes);
  return plain.subarray(0, writer.position + compressed.bytes.length);
}

/** The members as one piece; those that already lie back to back, as a group's do, are not copied. */
function joinMembers(members: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const [first] = members;
  if (first === undefined) return new Uint8Array(0);
  let end = first.byteOffset;
  const isOnePiece = members.every((member) => {
    const follows = member.buffer === first.buffer && member.byteOffset === end;
    end += member.length;
    return follows;
  });
  return isOnePiece ? new Uint8Array(first.buffer, first.byteOffset, sizeBytes) : concatBytes(...members);
}

function requireMembers(names: MemberNames, members: readonly Uint8Array[]): void {
  const count = members.length;
  if (count === 0 || count > FRAME_MEMBERS_LIMIT) throw new FormatError("bad_count", `a frame of ${count} members`);
  if (names.memberIds.length !== count || names.childLists.length !== count) {
    throw new FormatError("bad_count", "members, ids and child lists of a frame differ in number");
  }
}

/** Every frame is sealed under a key of its own. Granting it gives away this frame and nothing else. */
export function frameKey(primitives: Primitives, dataKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return primitives.hmacSha256(dataKey, FRAME_KEY, nonce);
}

function frameAad(place: FramePlace, names: MemberNames): Uint8Array {
  const { primitives } = place;
  const lists = new ByteWriter(16 + names.childLists.length);
  for (const list of names.childLists) {
    lists.varint(list.length);
    for (const id of list) lists.raw(id);
  }
  const writer = new ByteWriter(128);
  writer.raw(FRAME).raw(uuidToBytes(place.companyId)).u32(place.scope).u8(names.kind);
  writer.raw(primitives.sha256(concatBytes(...names.memberIds))).raw(primitives.sha256(lists.view()));
  return writer.finish();
}

export interface StoredFrame extends MemberNames {
  readonly nonce: Uint8Array;
  readonly storedSizeBytes: number;
  /** First 16 bytes of the SHA-256 of the stored bytes. */
  readonly hash16: Uint8Array;
}

/** Memory for opened frames, kept from frame to frame: members that were stored uncompressed lie in it until the next. */
export class OpenScratch {
  readonly #bytes: Uint8Array;

  /** @param bytes as long as the frames that are opened; otherwise as the longest there are */
  constructor(bytes = new Uint8Array(CHUNK_LIMIT_BYTES + FRAME_OVERHEAD_BYTES)) {
    this.#bytes = bytes;
  }

  /** @internal undefined when that is longer than any frame */
  take(sizeBytes: number): Uint8Array | undefined {
    return sizeBytes >= 0 && sizeBytes <= this.#bytes.length ? this.#bytes.subarray(0, sizeBytes) : undefined;
  }

  holds(bytes: Uint8Array): boolean {
    return bytes.buffer === this.#bytes.buffer;
  }
}

/**
 * The members of a frame, proven to be what was sealed under these names. That the names fit the members is for
 * `verifyMembers` to say.
 *
 * @throws IntegrityError `bad_frame_hash`, `not_genuine`, `bad_compression`; FormatError
 */
export function openFrame(
  place: FramePlace,
  frame: StoredFrame,
  stored: Uint8Array,
  scratch?: OpenScratch,
): Uint8Array[] {
  const { primitives } = place;
  const members = decodePlain(primitives, openStored(place, { frame, stored, scratch }));
  if (members.length !== frame.memberIds.length) {
    throw new IntegrityError("bad_count", "a frame holds another number of members than its directory says");
  }
  return members;
}

/** The tag proves more than the hash does, which only tells afterwards what kind of badness it is. */
function openStored(
  place: FramePlace,
  { frame, stored, scratch }: { frame: StoredFrame; stored: Uint8Array; scratch: OpenScratch | undefined },
): Uint8Array {
  const { primitives } = place;
  const key = frameKey(primitives, place.dataKey, frame.nonce);
  const into = scratch?.take(stored.length - TAG_SIZE_BYTES);
  try {
    return primitives.aeadOpen(key, frame.nonce, frameAad(place, frame), stored, into);
  } catch (error) {
    verifyFrameHash(primitives, frame, stored);
    throw error;
  }
}

/** Tells a damaged copy from a forged one, without keys. @throws IntegrityError `bad_frame_hash` */
export function verifyFrameHash(primitives: Primitives, frame: StoredFrame, stored: Uint8Array): void {
  const isIntact =
    stored.length === frame.storedSizeBytes &&
    primitives.isEqual(primitives.sha256(stored).subarray(0, 16), frame.hash16);
  if (!isIntact) throw new IntegrityError("bad_frame_hash", "a stored frame is damaged: its hash does not fit");
}

function decodePlain(primitives: Primitives, plain: Uint8Array): Uint8Array[] {
  if (plain.length > CHUNK_LIMIT_BYTES + FRAME_OVERHEAD_BYTES) throw new FormatError("too_long", "a frame is too long");
  const reader = new ByteReader(plain);
  const compression = reader.u8();
  if (compression > Compression.zstd) throw new FormatError("bad_compression", `unknown compression: ${compression}`);
  const count = reader.count(FRAME_MEMBERS_LIMIT, 1);
  if (count === 0) throw new FormatError("bad_count", "a frame without members");
  const sizes: number[] = [];
  let sizeBytes = 0;
  for (let at = 0; at < count; at++) {
    const size = reader.varint(CHUNK_LIMIT_BYTES);
    sizes.push(size);
    sizeBytes += size;
  }
  if (sizeBytes > CHUNK_LIMIT_BYTES) throw new FormatError("too_long", `members of ${sizeBytes} bytes in one frame`);
  const rest = reader.raw(reader.remaining);
  const body = compression === Compression.zstd ? primitives.zstdDecompress(rest, sizeBytes) : rest;
  if (body.length !== sizeBytes) throw new FormatError("bad_size", "the members of a frame do not fill it exactly");
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return body.subarray(at - size, at);
  });
}
