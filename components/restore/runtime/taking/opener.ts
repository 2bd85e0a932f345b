import { FormatError, IntegrityError } from "../../../../engine/codec/format-error.ts";
import { OpenScratch } from "../../../../engine/format/frame.ts";
import { chunkId, ID_SIZE_BYTES } from "../../../../engine/ids/chunk-id.ts";
import type { ChunkKind } from "../../../../engine/ports/chunk-index.ts";
import type { Primitives } from "../../../../engine/ports/primitives.ts";
import { BadMembersError, type OpenedMember, openMembersAsync } from "../../../../engine/restore/frame-opener.ts";
import type { OpenedBody, OpenerStart, OpenFault, OpenResult, OpenTask } from "./opener-messages.ts";

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
    const { taskId } = task;
    try {
      const opened = packMembers(await this.#open(task));
      return { taskId, opened, spare: spareOf(task, opened), fault: null };
    } catch (error) {
      const opened = error instanceof BadMembersError ? packMembers(error.good) : null;
      return { taskId, opened, spare: spareOf(task, opened), fault: toOpenFault(error) };
    }
  }

  #open(task: OpenTask): Promise<OpenedMember[]> {
    const { primitives, companyId } = this.#tools;
    const memberIds = splitIds(task.memberIds);
    const { nonce, hash16, storedSizeBytes } = task;
    const childLists = memberIds.map(() => NO_CHILDREN);
    const frame = { kind: CONTENT, memberIds, childLists, nonce, hash16, storedSizeBytes };
    const computeId = (kind: ChunkKind, plain: Uint8Array) => this.#computeId(kind, plain);
    return openMembersAsync(
      { primitives, companyId, computeId, scratch: new OpenScratch(task.stored) },
      { index: { scope: task.scope }, frame, dataKey: task.dataKey },
      { stored: task.stored, used: [...task.used] },
    );
  }

  async #computeId(kind: ChunkKind, plain: Uint8Array): Promise<Uint8Array> {
    const { primitives, chunkIdKey, browserId } = this.#tools;
    const isForBrowser = plain.length >= BROWSER_ID_FROM_BYTES && plain.length < BROWSER_ID_BELOW_BYTES;
    return isForBrowser ? browserId(kind, plain) : chunkId(primitives, chunkIdKey, kind, plain);
  }
}

function spareOf({ stored }: OpenTask, opened: OpenedBody | null): Uint8Array<ArrayBuffer> | null {
  return opened?.body.buffer === stored.buffer ? null : stored;
}

export function splitIds(joined: Uint8Array): Uint8Array[] {
  const ids: Uint8Array[] = [];
  for (let at = 0; at < joined.length; at += ID_SIZE_BYTES) ids.push(joined.subarray(at, at + ID_SIZE_BYTES));
  return ids;
}

/** A few members do not keep a whole frame; memory of a pool is up to twice as long as what lies in it. */
const MOST_EXCESS = 3;

/** The buffer in which members lie already, unless most of it is something else. */
function packMembers(members: readonly OpenedMember[]): OpenedBody {
  const table = new Uint32Array(members.length * 3);
  const sizeBytes = members.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const [first] = members;
  const isShared =
    first !== undefined &&
    first.bytes.buffer instanceof ArrayBuffer &&
    first.bytes.buffer.byteLength <= MOST_EXCESS * sizeBytes &&
    members.every(({ bytes }) => bytes.buffer === first.bytes.buffer);
  const body =
    isShared && first.bytes.buffer instanceof ArrayBuffer
      ? new Uint8Array(first.bytes.buffer)
      : new Uint8Array(sizeBytes);
  let end = 0;
  for (const [at, { member, bytes }] of members.entries()) {
    if (!isShared) body.set(bytes, end);
    table.set([member, isShared ? bytes.byteOffset : end, bytes.length], at * 3);
    end += bytes.length;
  }
  return { body, members: table };
}

/** The members of a body, as views of it. */
export function unpackMembers({ body, members }: OpenedBody): OpenedMember[] {
  const opened: OpenedMember[] = [];
  for (let at = 0; at < members.length; at += 3) {
    const [member = 0, offset = 0, sizeBytes = 0] = members.subarray(at, at + 3);
    opened.push({ member, bytes: body.subarray(offset, offset + sizeBytes) });
  }
  return opened;
}

function toOpenFault(error: unknown): OpenFault {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof IntegrityError) return { kind: "integrity", code: error.code, message };
  if (error instanceof FormatError) return { kind: "format", code: error.code, message };
  return { kind: "other", code: "opener_failed", message };
}
