import { createHash } from "node:crypto";
import { ByteWriter } from "../../../engine/codec/byte-writer.ts";
import {
  encodeFrameEntry,
  encodeKeyTable,
  encodePackFooter,
  encodePackHeader,
  type FrameEntry,
} from "../../../engine/format/pack-index.ts";
import type { Slot } from "../../../engine/format/slot.ts";
import type { ChunkKind } from "../../../engine/ports/chunk-index.ts";
import type { Randomness } from "../../../engine/ports/randomness.ts";
import { nodeRandomness } from "../../../engine/primitives/node.ts";

/** One frame by what stands about it in the clear; what would be sealed is random bytes, which no server can tell. */
export interface PackFrame {
  readonly kind: ChunkKind;
  readonly members: readonly { readonly id: Uint8Array; readonly childIds?: readonly Uint8Array[] }[];
  /** Of what would be sealed. */
  readonly storedSizeBytes?: number;
}

const STORED_BYTES = 200;

export function buildPack(input: {
  readonly companyId: string;
  readonly slot: Slot;
  readonly frames: readonly PackFrame[];
  readonly randomness?: Randomness;
}): Uint8Array {
  const { companyId, slot, frames, randomness = nodeRandomness } = input;
  const writer = new ByteWriter(64 * 1024);
  encodePackHeader(
    writer,
    { companyId, scope: 0, packKind: frames[0]?.kind === 1 ? "content" : "meta", tier: "backup" },
    1,
  );
  encodeKeyTable(writer, [slot]);
  const entries = frames.map(({ kind, members, storedSizeBytes = STORED_BYTES }): FrameEntry => {
    const stored = randomness.bytes(storedSizeBytes);
    const offset = writer.position;
    writer.raw(stored);
    return {
      slot: 0,
      nonce: randomness.bytes(24),
      offset,
      storedSizeBytes,
      hash16: new Uint8Array(createHash("sha256").update(stored).digest().subarray(0, 16)),
      kind,
      memberIds: members.map((member) => member.id),
      childLists: members.map((member) => member.childIds ?? []),
    };
  });
  const directoryOffset = writer.position;
  writer.u32(entries.length);
  for (const entry of entries) encodeFrameEntry(writer, entry);
  encodePackFooter(writer, { directoryOffset, directorySizeBytes: writer.position - directoryOffset });
  return writer.finish();
}
