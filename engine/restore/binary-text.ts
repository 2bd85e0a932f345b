import { decodeUtf8 } from "../codec/text.ts";

/**
 * Bytes as text of one character each, and back. Names are carried so: they compare, hash and cross threads as text does,
 * and need not be UTF-8.
 */
export function toBinaryText(bytes: Uint8Array): string {
  // Applied, because spreading costs ten times as much, and every name of a folder comes through here.
  if (bytes.length <= PIECE) return Reflect.apply(String.fromCharCode, null, bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) text += toBinaryText(bytes.subarray(at, at + PIECE));
  return text;
}

/** Arguments of one call; engines allow far more, but not without end. */
const PIECE = 4096;

export function fromBinaryText(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** For people: as UTF-8 where it is, else with every other byte as \xNN; control characters likewise. */
export function toReadableText(binary: string): string {
  // Most names; a folder of ten thousand of them is felt.
  if (!BEYOND_PRINTABLE_ASCII.test(binary)) return binary;
  let text = binary;
  try {
    text = decodeUtf8(fromBinaryText(binary));
  } catch {
    return binary.replace(/[^ -~]/g, escapeCharacter);
  }
  // A name must not move the cursor of the terminal that shows it.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, escapeCharacter);
}

const BEYOND_PRINTABLE_ASCII = /[^ -~]/;

function escapeCharacter(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
