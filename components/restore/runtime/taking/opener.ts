import { FormatError, IntegrityError } from "../../../../engine/codec/format-error.ts";
import { OpenScratch } from "../../../../engine/format/frame.ts";
import { chunkId, ID_SIZE_BYTES } from "../../../../engine/ids/chunk-id.ts";
import type { ChunkKind } from "../../../../engine/ports/chunk-index.ts";
import type { Primitives } from "../../../../engine/ports/primitives.ts";
import { BadMembersError, type OpenedMember, openMembersAsync } from "../../../../engine/restore/frame-opener.ts";
import type { FrameTask, OpenedFrame, OpenerStart, OpenFault, OpenResult, OpenTask } from "./opener-messages.ts";

/** Below this size a call of the browser's HMAC costs more than computing the id here. */
const BROWSER_ID_FROM_BYTES = 16 * 1024;
/** From this size on the browser copies into new memory each time, which costs more than it gains (measured: 0.7 against 4 ms for 1 MiB). */
const BROWSER_ID_BELOW_BYTES = 900 * 1024;
/** Only content comes here; its kind stands first in what an id is computed from. */
const CONTENT: ChunkKind = 1;
const NO_CHILDREN: readonly Uint8Array[] = [];

export interface OpenerTools extends Omit<OpenerStart, "kind"> {
  readonly primitives: Primitives;
  readonly browserId: (kind: ChunkKind, plain: Uint8Array) => Promise<Uint8Array>;
}

/** Opens frames: decrypted, expanded, every used member's id computed again. Knows the keys that this takes and no other. */
export class Opener {
  readonly #tools: OpenerTools;

  constructor(tools: OpenerTools) {
    this.#tools = tools;
  }

  async open(task: OpenTask): Promise<OpenResult> {
    const { taskId, bytes } = task;
    const frames = await Promise.all(task.frames.map((frame) => this.#open(task, frame)));
    return { taskId, bytes, frames: isWorthKeeping(bytes, frames) ? frames : frames.map((one) => moveOut(one, bytes)) };
  }

  async #open(task: OpenTask, frame: FrameTask): Promise<OpenedFrame> {
    try {
      return packMembers(await this.#openMembers(task, frame), task.bytes);
    } catch (error) {
      const good = error instanceof BadMembersError ? error.good : [];
      return { ...packMembers(good, task.bytes), fault: toOpenFault(error) };
    }
  }

  #openMembers({ scope, bytes }: OpenTask, task: FrameTask): Promise<OpenedMember[]> {
    const { primitives, companyId } = this.#tools;
    const memberIds = splitIds(task.memberIds);
    const { nonce, hash16, storedSizeBytes, dataKey } = task;
    const childLists = memberIds.map(() => NO_CHILDREN);
    const frame = { kind: CONTENT, memberIds, childLists, nonce, hash16, storedSizeBytes };
    const computeId = (kind: ChunkKind, plain: Uint8Array) => this.#computeId(kind, plain);
    // Frames of a pack never overlap (parsePackIndex), so what is proven of one stays while others are decrypted in their places.
    const stored = bytes.subarray(task.offset, task.offset + storedSizeBytes);
    return openMembersAsync(
      { primitives, companyId, computeId, scratch: new OpenScratch(stored) },
      { index: { scope }, frame, dataKey },
      { stored, used: [...task.used] },
    );
  }

  async #computeId(kind: ChunkKind, plain: Uint8Array): Promise<Uint8Array> {
    const { primitives, chunkIdKey, browserId } = this.#tools;
    const isForBrowser = plain.length >= BROWSER_ID_FROM_BYTES && plain.length < BROWSER_ID_BELOW_BYTES;
    return isForBrowser ? browserId(kind, plain) : chunkId(primitives, chunkIdKey, kind, plain);
  }
}

export function splitIds(joined: Uint8Array): Uint8Array[] {
  const ids: Uint8Array[] = [];
  for (let at = 0; at < joined.length; at += ID_SIZE_BYTES) ids.push(joined.subarray(at, at + ID_SIZE_BYTES));
  return ids;
}

/** A few members do not keep a whole range; memory of a pool is up to twice as long as what lies in it. */
const MOST_EXCESS = 3;

function isWorthKeeping({ buffer }: Uint8Array<ArrayBuffer>, frames: readonly OpenedFrame[]): boolean {
  const inRange = frames.filter(({ body }) => body === null);
  const usedBytes = inRange.reduce((sum, { members }) => sum + sizeOf(members), 0);
  return buffer.byteLength <= MOST_EXCESS * usedBytes;
}

function sizeOf(members: Uint32Array): number {
  return members.reduce((sum, value, at) => (at % 3 === 2 ? sum + value : sum), 0);
}

function moveOut(frame: OpenedFrame, range: Uint8Array<ArrayBuffer>): OpenedFrame {
  if (frame.body !== null) return frame;
  return { ...joinMembers(unpackMembers(frame, range)), fault: frame.fault };
}

/** Members stay where they are: in the range, or in the memory into which a frame was expanded. */
function packMembers(members: readonly OpenedMember[], range: Uint8Array<ArrayBuffer>): OpenedFrame {
  const { buffer } = members[0]?.bytes ?? range;
  const isShared = buffer instanceof ArrayBuffer && members.every(({ bytes }) => bytes.buffer === buffer);
  if (!isShared) return joinMembers(members);
  const from = buffer === range.buffer ? range.byteOffset : 0;
  const table = members.flatMap(({ member, bytes }) => [member, bytes.byteOffset - from, bytes.length]);
  const placed: OpenedFrame = { body: null, members: Uint32Array.from(table), fault: null };
  if (buffer === range.buffer) return placed;
  return buffer.byteLength <= MOST_EXCESS * sizeOf(placed.members)
    ? { ...placed, body: new Uint8Array(buffer) }
    : joinMembers(members);
}

function joinMembers(members: readonly OpenedMember[]): OpenedFrame {
  const table: number[] = [];
  let end = 0;
  for (const { member, bytes } of members) {
    table.push(member, end, bytes.length);
    end += bytes.length;
  }
  const body = new Uint8Array(end);
  for (const [at, { bytes }] of members.entries()) body.set(bytes, table[at * 3 + 1]);
  return { body, members: Uint32Array.from(table), fault: null };
}

/** The members of a frame, as views of where they lie. */
export function unpackMembers({ body, members }: OpenedFrame, range: Uint8Array<ArrayBuffer>): OpenedMember[] {
  const memory = body ?? range;
  const opened: OpenedMember[] = [];
  for (let at = 0; at < members.length; at += 3) {
    const [member = 0, offset = 0, sizeBytes = 0] = members.subarray(at, at + 3);
    opened.push({ member, bytes: memory.subarray(offset, offset + sizeBytes) });
  }
  return opened;
}

function toOpenFault(error: unknown): OpenFault {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof IntegrityError) return { kind: "integrity", code: error.code, message };
  if (error instanceof FormatError) return { kind: "format", code: error.code, message };
  return { kind: "other", code: "opener_failed", message };
}
