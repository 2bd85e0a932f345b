import { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError } from "../codec/format-error.ts";
import { toHex } from "../codec/hex.ts";
import type { ChunkKind } from "../ports/chunk-index.ts";
import { type FrameContent, frameBoundBytes, type SealContext, sealFrame } from "./frame.ts";
import { FRAME_MEMBERS_LIMIT, GROUP_AIM_BYTES, GROUPED_BELOW_BYTES, PACK_AIM_BYTES } from "./limits.ts";
import {
  encodeFrameEntry,
  encodeKeyTable,
  encodePackFooter,
  encodePackHeader,
  type FrameEntry,
  frameEntrySizeBytes,
  PACK_FOOTER_SIZE_BYTES,
  type PackIndex,
  type PackKind,
} from "./pack-index.ts";
import type { Slot } from "./slot.ts";

export interface PackBuilderOptions extends SealContext {
  readonly packKind: PackKind;
  readonly slot: Slot;
  /** Where the pack is written, in place; PACK_BUFFER_SIZE_BYTES is enough. May be shared memory. */
  readonly buffer: Uint8Array;
}

/** Room for a pack that reached its aim, one more frame of the largest size and a directory of small members. */
export const PACK_BUFFER_SIZE_BYTES = 20 * 1024 * 1024;

export interface FinishedPack {
  /** SHA-256 of all bytes, in hexadecimal. */
  readonly packId: string;
  /** A view into the builder's buffer. */
  readonly bytes: Uint8Array;
  readonly index: PackIndex;
}

/** One chunk or page to store. */
export interface PackMember {
  readonly kind: ChunkKind;
  readonly id: Uint8Array;
  readonly plain: Uint8Array;
  /** Ids that a page reaches; empty for content. */
  readonly childIds: readonly Uint8Array[];
}

/**
 * Writes one pack into a buffer. Members of 64 KiB and more become frames of their own at once; smaller ones are copied
 * and wait until 512 KiB of their kind are together. Ask `hasRoomFor` before each `add`; call `finish` once.
 *
 * @throws FormatError `pack_full` when it was not asked; IntegrityError `self_check_failed` (see `sealFrame`)
 */
export class PackBuilder {
  readonly #options: PackBuilderOptions;
  readonly #frames: FrameEntry[] = [];
  readonly #groups = new Map<ChunkKind, Group>();
  #end: number;
  #directorySizeBytes = 4;
  #memberCount = 0;
  #isFinished = false;

  constructor(options: PackBuilderOptions) {
    this.#options = options;
    const writer = new ByteWriter(options.buffer);
    encodePackHeader(writer, { ...options, tier: "backup" }, 1);
    encodeKeyTable(writer, [options.slot]);
    this.#end = writer.position;
  }

  /** Members taken, sealed or waiting. */
  get memberCount(): number {
    return this.#memberCount;
  }

  /** Bytes of sealed frames, with header and key table. */
  get sizeBytes(): number {
    return this.#end;
  }

  /** False once the pack has reached its aim, or when the member might not fit: then finish it and begin another. */
  hasRoomFor(plainSizeBytes: number, childCount = 0): boolean {
    if (this.#end >= PACK_AIM_BYTES) return false;
    let worst = frameBoundBytes(1, plainSizeBytes) + frameEntrySizeBytes(2, 1, childCount);
    for (const group of this.#groups.values()) worst += group.worstSizeBytes();
    const end = this.#end + this.#directorySizeBytes + worst + PACK_FOOTER_SIZE_BYTES;
    return this.#memberCount === 0 || end <= this.#options.buffer.length;
  }

  /** Takes one member; small ones are copied, so that `plain` may be reused at once. */
  add(member: PackMember): void {
    if (this.#isFinished) throw new FormatError("pack_finished", "a finished pack takes no more members");
    if ((member.kind === 1) !== (this.#options.packKind === "content")) {
      throw new FormatError("bad_kind", `kind ${member.kind} does not belong into a ${this.#options.packKind} pack`);
    }
    if (!this.hasRoomFor(member.plain.length, member.childIds.length)) {
      throw new FormatError("pack_full", "the pack is full; finish it and begin another");
    }
    this.#memberCount++;
    if (member.plain.length >= GROUPED_BELOW_BYTES) {
      this.#seal({ kind: member.kind, members: [member.plain], memberIds: [member.id], childLists: [member.childIds] });
      return;
    }
    const group = this.#groups.get(member.kind) ?? new Group(member.kind);
    this.#groups.set(member.kind, group);
    group.add(member);
    if (group.isFull()) this.#flush(group);
  }

  /** Seals what waits, writes directory and footer, and names the pack. Null when nothing was added. */
  finish(): FinishedPack | null {
    if (this.#isFinished) throw new FormatError("pack_finished", "a pack is finished once");
    this.#isFinished = true;
    for (const group of this.#groups.values()) this.#flush(group);
    if (this.#frames.length === 0) return null;
    const { buffer, primitives, companyId, scope, packKind, slot } = this.#options;
    const directoryOffset = this.#end;
    const writer = new ByteWriter(buffer, directoryOffset);
    writer.u32(this.#frames.length);
    for (const frame of this.#frames) encodeFrameEntry(writer, frame);
    encodePackFooter(writer, { directoryOffset, directorySizeBytes: writer.position - directoryOffset });
    const bytes = writer.view();
    const index: PackIndex = { companyId, scope, packKind, tier: "backup", slots: [slot], frames: this.#frames };
    return { packId: toHex(primitives.sha256(bytes)), bytes, index };
  }

  #flush(group: Group): void {
    if (group.memberCount === 0) return;
    this.#seal(group.content());
    group.clear();
  }

  #seal(content: FrameContent): void {
    const { buffer, primitives } = this.#options;
    const offset = this.#end;
    const { nonce, storedSizeBytes } = sealFrame(this.#options, content, buffer.subarray(offset));
    const hash16 = primitives.sha256(buffer.subarray(offset, offset + storedSizeBytes)).slice(0, 16);
    const { kind, memberIds, childLists } = content;
    this.#frames.push({ slot: 0, nonce, offset, storedSizeBytes, hash16, kind, memberIds, childLists });
    const childCount = childLists.reduce((sum, list) => sum + list.length, 0);
    this.#directorySizeBytes += frameEntrySizeBytes(kind, memberIds.length, childCount);
    this.#end += storedSizeBytes;
  }
}

/** Small members of one kind on their way into a shared frame. */
class Group {
  readonly #kind: ChunkKind;
  readonly #bytes = new Uint8Array(GROUP_AIM_BYTES + GROUPED_BELOW_BYTES);
  #sizes: number[] = [];
  #ids: Uint8Array[] = [];
  #childLists: (readonly Uint8Array[])[] = [];
  #sizeBytes = 0;
  #childCount = 0;

  constructor(kind: ChunkKind) {
    this.#kind = kind;
  }

  get memberCount(): number {
    return this.#ids.length;
  }

  isFull(): boolean {
    return this.#sizeBytes >= GROUP_AIM_BYTES || this.#ids.length >= FRAME_MEMBERS_LIMIT;
  }

  /** What frame and directory may grow by when this group is sealed together with one member more. */
  worstSizeBytes(): number {
    const members = this.#ids.length + 1;
    return frameBoundBytes(members, this.#sizeBytes) + frameEntrySizeBytes(this.#kind, members, this.#childCount);
  }

  add(member: PackMember): void {
    this.#bytes.set(member.plain, this.#sizeBytes);
    this.#sizeBytes += member.plain.length;
    this.#sizes.push(member.plain.length);
    this.#ids.push(member.id);
    this.#childLists.push(member.childIds);
    this.#childCount += member.childIds.length;
  }

  content(): FrameContent {
    let at = 0;
    const members = this.#sizes.map((size) => {
      at += size;
      return this.#bytes.subarray(at - size, at);
    });
    return { kind: this.#kind, members, memberIds: this.#ids, childLists: this.#childLists };
  }

  clear(): void {
    this.#sizes = [];
    this.#ids = [];
    this.#childLists = [];
    this.#sizeBytes = 0;
    this.#childCount = 0;
  }
}
