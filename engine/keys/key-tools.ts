import { encodeUtf8 } from "../codec/text.ts";
import type { ByteParts, Primitives } from "../ports/primitives.ts";
import type { Randomness } from "../ports/randomness.ts";

/** What making keys takes. Opening and checking take `primitives` alone. */
export interface KeyTools {
  readonly primitives: Primitives;
  readonly randomness: Randomness;
}

/** What the secret of a link takes. A page of the portal makes links without any cipher. */
export interface LinkTools {
  readonly primitives: Pick<Primitives, "sha256" | "hmacSha256">;
  readonly randomness: Randomness;
}

/** Size in bytes of every key, seed, public key, hash and link secret of this format. */
export const KEY_SIZE_BYTES = 32;

/** HMAC(key, label | parts): how one secret becomes several that say nothing about each other. */
export function deriveKey(
  primitives: Pick<Primitives, "hmacSha256">,
  key: Uint8Array,
  label: string,
  ...parts: ByteParts
): Uint8Array {
  return primitives.hmacSha256(key, encodeUtf8(label), ...parts);
}
