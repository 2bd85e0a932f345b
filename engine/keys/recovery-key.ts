import type { KeyPair, Primitives } from "../ports/primitives.ts";
import { deriveKey, KEY_SIZE_BYTES, type KeyTools } from "./key-tools.ts";

/** 32 random bytes, printed as 24 words; whoever holds them opens everything that an owner opens. */
export function createRecoveryKey({ randomness }: KeyTools): Uint8Array {
  return randomness.bytes(KEY_SIZE_BYTES);
}

/** The X25519 key pair to which the company secret and the root key are sealed for recovery. */
export function recoveryBoxKeys(primitives: Primitives, recoveryKey: Uint8Array): KeyPair {
  return primitives.boxKeyPair(deriveKey(primitives, recoveryKey, "holdfast/1/recovery-box"));
}
