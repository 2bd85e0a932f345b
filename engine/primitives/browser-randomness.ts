import type { Randomness } from "../ports/randomness.ts";

/** What getRandomValues gives at once. */
const RANDOM_PIECE_BYTES = 65_536;

export const browserRandomness: Randomness = {
  bytes(sizeBytes) {
    const bytes = new Uint8Array(sizeBytes);
    for (let at = 0; at < sizeBytes; at += RANDOM_PIECE_BYTES) {
      globalThis.crypto.getRandomValues(bytes.subarray(at, at + RANDOM_PIECE_BYTES));
    }
    return bytes;
  },
};
