import { FormatError } from "./format-error.ts";

// The engine is compiled without DOM and Node types; both platforms have these two.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => {
  decode(bytes: Uint8Array): string;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** @throws FormatError `bad_utf8` */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    // A copy, because browsers refuse to decode views of shared memory.
    return decoder.decode(bytes.slice());
  } catch {
    throw new FormatError("bad_utf8", "text is not valid UTF-8");
  }
}
