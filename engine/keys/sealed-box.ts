import { FormatError, IntegrityError } from "../codec/format-error.ts";
import { concatBytes } from "../codec/hex.ts";
import { encodeUtf8 } from "../codec/text.ts";
import type { KeyPair, Primitives } from "../ports/primitives.ts";

const BOX_OVERHEAD_BYTES = 48;
const MAX_PURPOSE_BYTES = 255;

export interface SealToInput {
  readonly publicKey: Uint8Array;
  readonly purpose: string;
  readonly secret: Uint8Array;
}

/**
 * Seals a secret to an X25519 public key; the sender stays unknown, so what is opened proves nothing by itself.
 * Opened by `openSealed`.
 */
export function sealTo(primitives: Primitives, { publicKey, purpose, secret }: SealToInput): Uint8Array {
  const label = encodeUtf8(purpose);
  if (label.length > MAX_PURPOSE_BYTES) throw new FormatError("too_long", "a purpose has at most 255 bytes");
  return primitives.boxSeal(publicKey, concatBytes(Uint8Array.of(label.length), label, secret));
}

/** Size in bytes of what `sealTo` makes of a secret. */
export function sealedSizeBytes(purpose: string, secretSizeBytes: number): number {
  return 1 + encodeUtf8(purpose).length + secretSizeBytes + BOX_OVERHEAD_BYTES;
}

export interface OpenSealedInput {
  readonly keys: KeyPair;
  readonly purpose: string;
  readonly sealed: Uint8Array;
}

/**
 * Opens what `sealTo` sealed.
 *
 * @throws IntegrityError `wrong_box_key` when this key pair does not open it, `wrong_purpose` when it was sealed for
 *   another purpose
 */
export function openSealed(primitives: Primitives, { keys, purpose, sealed }: OpenSealedInput): Uint8Array {
  const plain = openBox(primitives, keys, sealed);
  const label = encodeUtf8(purpose);
  const prefix = concatBytes(Uint8Array.of(label.length), label);
  if (plain.length < prefix.length || !primitives.isEqual(plain.subarray(0, prefix.length), prefix)) {
    throw new IntegrityError("wrong_purpose", `this was sealed for something else than "${purpose}"`);
  }
  return plain.slice(prefix.length);
}

function openBox(primitives: Primitives, keys: KeyPair, sealed: Uint8Array): Uint8Array {
  if (sealed.length <= BOX_OVERHEAD_BYTES) throw new FormatError("truncated", "a sealed box ends too early");
  try {
    return primitives.boxOpen(keys, sealed);
  } catch {
    throw new IntegrityError("wrong_box_key", "a sealed box was made for another key, or was changed");
  }
}
