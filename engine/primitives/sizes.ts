import { FormatError } from "../codec/format-error.ts";
import type { Argon2Cost } from "../ports/primitives.ts";

export const KEY_SIZE_BYTES = 32;
export const NONCE_SIZE_BYTES = 24;
export const TAG_SIZE_BYTES = 16;
export const SIGNATURE_SIZE_BYTES = 64;
export const SIGN_SECRET_KEY_SIZE_BYTES = 64;
export const SALT_SIZE_BYTES = 16;
/** What crypto_box_seal adds: an ephemeral public key and a tag. */
export const BOX_SEAL_OVERHEAD_BYTES = 48;

/** The least cost of a passphrase; it lives here so that no server can lower it. */
export const LEAST_ARGON2_COST: Argon2Cost = { passes: 3, memoryBytes: 256 * 1024 * 1024 };

/** @throws FormatError `bad_size` */
export function requireSize(what: string, bytes: Uint8Array, sizeBytes: number): void {
  if (bytes.length !== sizeBytes) {
    throw new FormatError("bad_size", `${what} has ${bytes.length} bytes and needs ${sizeBytes}`);
  }
}

/** @throws FormatError `weak_cost` below the least cost */
export function requireArgon2Cost(salt: Uint8Array, cost: Argon2Cost): void {
  requireSize("salt", salt, SALT_SIZE_BYTES);
  if (cost.passes < LEAST_ARGON2_COST.passes || cost.memoryBytes < LEAST_ARGON2_COST.memoryBytes) {
    throw new FormatError("weak_cost", "a passphrase costs at least 3 passes over 256 MiB");
  }
}
