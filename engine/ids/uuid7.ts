import { uuidFromBytes } from "../codec/uuid.ts";
import type { Randomness } from "../ports/randomness.ts";

const VERSION = 0x70;
const VARIANT = 0x80;

/** A version 7 UUID as text (RFC 9562): ids that were made later sort later. */
export function uuid7(randomness: Randomness, nowMs: number): string {
  const bytes = randomness.bytes(16).slice();
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(nowMs / 0x1_0000_0000));
  view.setUint32(2, nowMs % 0x1_0000_0000);
  bytes[6] = VERSION | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = VARIANT | ((bytes[8] ?? 0) & 0x3f);
  return uuidFromBytes(bytes);
}
