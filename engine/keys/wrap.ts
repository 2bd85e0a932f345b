import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError, IntegrityError } from "../codec/format-error.ts";
import { encodeUtf8 } from "../codec/text.ts";
import type { Primitives } from "../ports/primitives.ts";
import { deriveKey, type KeyTools } from "./key-tools.ts";

const WRAP_VERSION = 1;
const NONCE_SIZE_BYTES = 24;
const COMMITMENT_SIZE_BYTES = 32;
const TAG_SIZE_BYTES = 16;

/** How much longer a wrap is than what it holds, in bytes. */
export const WRAP_OVERHEAD_BYTES = 1 + NONCE_SIZE_BYTES + COMMITMENT_SIZE_BYTES + TAG_SIZE_BYTES;

export interface WrapInput {
  readonly key: Uint8Array;
  /** What the secret is for; a wrap made for another purpose does not open. */
  readonly purpose: string;
  readonly secret: Uint8Array;
}

/** Seals a secret under a symmetric key (FORMAT.md section 6). Opened by `unwrapSecret`. */
export function wrapSecret(tools: KeyTools, { key, purpose, secret }: WrapInput): Uint8Array {
  const { primitives, randomness } = tools;
  const nonce = randomness.bytes(NONCE_SIZE_BYTES);
  return new ByteWriter(WRAP_OVERHEAD_BYTES + secret.length)
    .u8(WRAP_VERSION)
    .raw(nonce)
    .raw(deriveKey(primitives, key, `holdfast/1/commit${purpose}`, nonce))
    .raw(primitives.aeadSeal(wrapKey(primitives, key, purpose, nonce), nonce, wrapAad(purpose), secret))
    .finish();
}

/**
 * Opens what `wrapSecret` sealed. The commitment is compared first, so that a wrap that was made to open under two
 * keys opens under none.
 *
 * @throws IntegrityError `wrong_key` when another key, or another purpose, sealed it; `wrap_damaged` when the key is
 *   right and the bytes are not
 * @throws FormatError `truncated`, `unknown_wrap_version`
 */
export function unwrapSecret(
  primitives: Primitives,
  { key, purpose, wrapped }: { key: Uint8Array; purpose: string; wrapped: Uint8Array },
): Uint8Array {
  const reader = new ByteReader(wrapped);
  const version = reader.u8();
  if (version !== WRAP_VERSION) {
    throw new FormatError("unknown_wrap_version", `a wrap of version ${version}; update this program to open it`);
  }
  const nonce = reader.raw(NONCE_SIZE_BYTES);
  const commitment = reader.raw(COMMITMENT_SIZE_BYTES);
  if (!primitives.isEqual(commitment, deriveKey(primitives, key, `holdfast/1/commit${purpose}`, nonce))) {
    throw new IntegrityError("wrong_key", `this key does not open the wrap of "${purpose}"`);
  }
  if (reader.remaining < TAG_SIZE_BYTES) throw new FormatError("truncated", "a wrap ends too early");
  const sealed = reader.raw(reader.remaining);
  try {
    return primitives.aeadOpen(wrapKey(primitives, key, purpose, nonce), nonce, wrapAad(purpose), sealed);
  } catch {
    throw new IntegrityError("wrap_damaged", `the wrap of "${purpose}" was changed; fetch another copy`);
  }
}

function wrapKey(primitives: Primitives, key: Uint8Array, purpose: string, nonce: Uint8Array): Uint8Array {
  return deriveKey(primitives, key, `holdfast/1/wrap${purpose}`, nonce);
}

function wrapAad(purpose: string): Uint8Array {
  return encodeUtf8(`holdfast/1/wrap${purpose}`);
}
