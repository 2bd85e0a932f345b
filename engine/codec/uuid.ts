import { FormatError } from "./format-error.ts";
import { fromHex, toHex } from "./hex.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The 16 bytes of a lower-case uuid with dashes. @throws FormatError `bad_uuid` */
export function uuidToBytes(text: string): Uint8Array {
  if (!UUID.test(text)) throw new FormatError("bad_uuid", `"${text}" is not a lower-case uuid`);
  return fromHex(text.replaceAll("-", ""));
}

export function uuidFromBytes(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new FormatError("bad_uuid", "a uuid has 16 bytes");
  const hex = toHex(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
