import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "../codec/hex.ts";
import type { Primitives } from "../ports/primitives.ts";

/**
 * What a page of the portal needs to make the secret of a link: its policy allows no WebAssembly, and WebCrypto is missing
 * where the portal is reached by plain http.
 */
export const pagePrimitives: Pick<Primitives, "sha256" | "hmacSha256"> = {
  sha256: (...parts) => sha256(concatBytes(...parts)),
  hmacSha256: (key, ...parts) => hmac(sha256, key, concatBytes(...parts)),
};
