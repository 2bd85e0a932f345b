import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { FormatError } from "../codec/format-error.ts";
import type { Randomness } from "../ports/randomness.ts";
import { requireSize } from "./sizes.ts";

const WORD_INDEX_MASK = 0x7ff;

/** 32 bytes as 24 words with a checksum (BIP 39, English). */
export function encodeWords(key: Uint8Array): string {
  requireSize("recovery key", key, 32);
  return entropyToMnemonic(key, wordlist);
}

/** Accepts any case and spacing. @throws FormatError `bad_words`, naming what is wrong */
export function decodeWords(text: string): Uint8Array {
  const words = text.normalize("NFKD").trim().toLowerCase().split(/\s+/);
  const unknown = words.find((word) => !wordlist.includes(word));
  if (words.length !== 24) throw new FormatError("bad_words", `a recovery key has 24 words, not ${words.length}`);
  if (unknown !== undefined)
    throw new FormatError("bad_words", `"${unknown}" is not a word of the list; check its spelling`);
  try {
    return mnemonicToEntropy(words.join(" "), wordlist);
  } catch {
    throw new FormatError("bad_words", "the words do not belong together: one is wrong, or their order is");
  }
}

/** A passphrase of words drawn evenly from 2,048; six of them are 66 bits. */
export function generatePassphrase(randomness: Randomness, words = 6): string {
  const bytes = randomness.bytes(2 * words);
  const drawn = Array.from({ length: words }, (_, at) => {
    const index = (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)) & WORD_INDEX_MASK;
    return wordlist[index] ?? "";
  });
  return drawn.join("-");
}
