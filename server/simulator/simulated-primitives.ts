import { concatBytes } from "../../engine/codec/hex.ts";
import { encodeUtf8 } from "../../engine/codec/text.ts";
import type { Primitives } from "../../engine/ports/primitives.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";

const BOX = encodeUtf8("box");
const SIGN = encodeUtf8("sign");
const BOX_OVERHEAD_BYTES = 48;
const { hmacSha256, isEqual } = nodePrimitives;

/**
 * Hashes and the frame cipher are real, because names and structure depend on them. Signatures and boxes are not: an HMAC under the public key takes 4 us
 * instead of 100, and a box has no randomness of its own, so that a seed gives the same bytes. Nobody in the simulation tries to forge; that
 * a forged signature is refused is shown where the real ones are.
 */
export const simulatedPrimitives: Primitives = {
  ...nodePrimitives,
  boxKeyPair: (seed) => ({ publicKey: hmacSha256(BOX, seed), secretKey: seed.slice() }),
  boxSeal: (publicKey, plain) =>
    concatBytes(hmacSha256(publicKey, plain), new Uint8Array(BOX_OVERHEAD_BYTES - 32), plain),
  boxOpen: (_, sealed) => sealed.slice(BOX_OVERHEAD_BYTES),
  signKeyPair(seed) {
    const publicKey = hmacSha256(SIGN, seed);
    return { publicKey, secretKey: concatBytes(seed, publicKey) };
  },
  sign: (secretKey, ...message) => signatureOf(secretKey.subarray(32), message),
  isSignedBy: (publicKey, signature, ...message) => isEqual(signature, signatureOf(publicKey, message)),
  argon2id: async (passphrase, salt) => hmacSha256(salt, passphrase),
};

function signatureOf(publicKey: Uint8Array, message: readonly Uint8Array[]): Uint8Array {
  const half = hmacSha256(publicKey, ...message);
  return concatBytes(half, half);
}
