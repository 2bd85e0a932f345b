import type { DocumentPreview } from "../protocol/reading-calls.ts";

type MediaType = DocumentPreview["mediaType"];

/** What files of a kind begin with; "?" stands for any byte. */
const BEGINNINGS: readonly (readonly [MediaType, string])[] = [
  ["image/png", "\x89PNG\r\n\x1a\n"],
  ["image/jpeg", "\xff\xd8\xff"],
  ["image/gif", "GIF87a"],
  ["image/gif", "GIF89a"],
  ["image/webp", "RIFF????WEBP"],
  ["application/pdf", "%PDF-"],
];
/** The longest character that may be cut in two at the end. */
const CHARACTER_BYTES = 4;
/** Tab, line feed, form feed, carriage return and escape: those control characters that text does have. */
const TEXT_CONTROLS = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1b]);

/** What a document is, by its bytes: a name may say anything. @param isWhole whether these are all of them */
export function mediaTypeOf(bytes: Uint8Array, isWhole: boolean): MediaType {
  const found = BEGINNINGS.find(([, beginning]) => beginsWith(bytes, beginning));
  if (found !== undefined) return found[0];
  return isText(bytes, isWhole) ? "text" : "other";
}

function beginsWith(bytes: Uint8Array, beginning: string): boolean {
  if (bytes.length < beginning.length) return false;
  return Array.from(beginning).every((character, at) => character === "?" || bytes[at] === character.charCodeAt(0));
}

/** UTF-8 without control characters; of a document that was cut, but for what its last character lacks. */
function isText(bytes: Uint8Array, isWhole: boolean): boolean {
  if (bytes.some((byte) => (byte < 0x20 && !TEXT_CONTROLS.has(byte)) || byte === 0x7f)) return false;
  const most = isWhole ? 0 : Math.min(CHARACTER_BYTES - 1, bytes.length);
  for (let cut = 0; cut <= most; cut++) if (isUtf8(bytes.subarray(0, bytes.length - cut))) return true;
  return false;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
