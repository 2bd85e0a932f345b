import { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError } from "../codec/format-error.ts";
import { toHex } from "../codec/hex.ts";
import type { Primitives } from "../ports/primitives.ts";
import { verifyFrameHash } from "./frame.ts";
import { PACK_LIMIT_BYTES, SLOTS_LIMIT } from "./limits.ts";
import type { FinishedPack } from "./pack-builder.ts";
import {
  encodeFrameEntry,
  encodeKeyTable,
  encodePackFooter,
  encodePackHeader,
  type FrameEntry,
  PACK_FOOTER_SIZE_BYTES,
  PACK_HEADER_SIZE_BYTES,
  type PackKind,
  type PackTier,
  parsePackDirectory,
} from "./pack-index.ts";
import { encodeSlot, SLOT_SIZE_BYTES, type Slot } from "./slot.ts";

/** A frame of another pack: where it lay, the slot that opens it, and its stored bytes. */
export interface MovedFrame {
  readonly entry: FrameEntry;
  readonly slot: Slot;
  readonly stored: Uint8Array;
}

export interface AssembleOptions {
  readonly primitives: Primitives;
  readonly companyId: string;
  readonly scope: number;
  readonly packKind: PackKind;
  /** The same frames have another name in each tier. */
  readonly tier: PackTier;
}

/**
 * Puts frames of several packs, of several runs, into one pack, without any key: the bytes of a frame, and what is bound to them, stay as they
 * are, and the key table gets each slot once. The same frames in the same order give the same pack.
 *
 * @throws IntegrityError `bad_frame_hash` when the bytes of a frame are not those that its directory promised; FormatError `pack_full`
 */
export function assemblePack(options: AssembleOptions, frames: readonly MovedFrame[]): FinishedPack {
  const { primitives, ...header } = options;
  for (const { entry, stored } of frames) verifyFrameHash(primitives, entry, stored);
  const { slots, numbers } = mergeSlots(frames);
  if (slots.length > SLOTS_LIMIT) throw new FormatError("pack_full", `${slots.length} key slots in one pack`);
  const writer = new ByteWriter(sizeAim(frames, slots.length));
  encodePackHeader(writer, header, slots.length);
  encodeKeyTable(writer, slots);
  const entries = frames.map(({ entry, stored }, at): FrameEntry => {
    const offset = writer.position;
    writer.raw(stored);
    return { ...entry, slot: numbers[at] ?? 0, offset };
  });
  const directoryOffset = writer.position;
  writer.u32(entries.length);
  for (const entry of entries) encodeFrameEntry(writer, entry);
  encodePackFooter(writer, { directoryOffset, directorySizeBytes: writer.position - directoryOffset });
  const bytes = writer.finish();
  if (bytes.length > PACK_LIMIT_BYTES) throw new FormatError("pack_full", `a pack of ${bytes.length} bytes`);
  return { packId: toHex(primitives.sha256(bytes)), bytes, index: parsePackDirectory(bytes) };
}

/** Each slot once, in order of first use, and the number of each frame's. */
function mergeSlots(frames: readonly MovedFrame[]): { slots: Slot[]; numbers: number[] } {
  const slots: Slot[] = [];
  const known = new Map<string, number>();
  const numbers = frames.map(({ slot }) => {
    const writer = new ByteWriter(SLOT_SIZE_BYTES);
    encodeSlot(writer, slot);
    const name = toHex(writer.finish());
    const number = known.get(name) ?? slots.length;
    if (number === slots.length) slots.push(slot);
    known.set(name, number);
    return number;
  });
  return { slots, numbers };
}

function sizeAim(frames: readonly MovedFrame[], slots: number): number {
  const stored = frames.reduce((sum, frame) => sum + frame.stored.length, 0);
  const directory = frames.reduce((sum, { entry }) => sum + 64 + 32 * entry.memberIds.length, 0);
  return PACK_HEADER_SIZE_BYTES + slots * SLOT_SIZE_BYTES + stored + directory + PACK_FOOTER_SIZE_BYTES;
}
