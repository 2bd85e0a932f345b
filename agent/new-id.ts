import { uuidFromBytes } from "../engine/codec/uuid.ts";
import { nodeRandomness } from "../engine/primitives/node.ts";

/** A uuid of version 7: ids that were made later sort later. */
export function newId(nowMs = Date.now()): string {
  const bytes = nodeRandomness.bytes(16).slice();
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(nowMs / 0x1_0000_0000));
  view.setUint32(2, nowMs % 0x1_0000_0000);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return uuidFromBytes(bytes);
}
