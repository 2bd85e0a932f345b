import { ByteWriter } from "../../engine/codec/byte-writer.ts";
import { encodeSlot, SLOT_SIZE_BYTES, type Slot } from "../../engine/format/slot.ts";

/** A run's slot as packs and manifests hold it. */
export function encodeSlotBytes(slot: Slot): Uint8Array {
  const writer = new ByteWriter(SLOT_SIZE_BYTES);
  encodeSlot(writer, slot);
  return writer.finish();
}
