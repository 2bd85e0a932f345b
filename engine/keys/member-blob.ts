import { FormatError, IntegrityError } from "../codec/format-error.ts";
import { concatBytes, fromHex, toHex } from "../codec/hex.ts";
import { encodeUtf8 } from "../codec/text.ts";
import type { Argon2Cost, KeyPair, Primitives } from "../ports/primitives.ts";
import { KEY_SIZE_BYTES, type KeyTools } from "./key-tools.ts";
import { unwrapSecret, WRAP_OVERHEAD_BYTES, wrapSecret } from "./wrap.ts";

/** The cost of one guess at a passphrase. It lives here and is never taken from a server or an object. */
export const PASSPHRASE_COST: Argon2Cost = { passes: 3, memoryBytes: 256 * 1024 * 1024 };

const SALT_SIZE_BYTES = 16;
const PURPOSE = "member-blob";
const BLOB_SIZE_BYTES = SALT_SIZE_BYTES + WRAP_OVERHEAD_BYTES + 3 * KEY_SIZE_BYTES;

/** A member's own keys, and the root that this member trusts. */
export interface MemberSecrets {
  /** 32 bytes, from which the X25519 key pair is made. */
  readonly boxSeed: Uint8Array;
  /** 32 bytes, from which the Ed25519 key pair is made. */
  readonly signSeed: Uint8Array;
  /** Hex of SHA-256 of the company's root public key. */
  readonly rootFingerprint: string;
}

export interface MemberKeys {
  readonly box: KeyPair;
  readonly sign: KeyPair;
}

/** Seals a member's keys under the passphrase. Opened by `openMemberBlob`. */
export async function sealMemberBlob(
  { primitives, randomness }: KeyTools,
  { passphrase, secrets }: { passphrase: string; secrets: MemberSecrets },
): Promise<Uint8Array> {
  const salt = randomness.bytes(SALT_SIZE_BYTES);
  const key = await passphraseKey(primitives, passphrase, salt);
  const secret = concatBytes(secrets.boxSeed, secrets.signSeed, fromHex(secrets.rootFingerprint));
  return concatBytes(salt, wrapSecret({ primitives, randomness }, { key, purpose: PURPOSE, secret }));
}

/**
 * Opens what `sealMemberBlob` sealed; takes a second or two, for that is what a guess shall cost.
 *
 * @throws IntegrityError `wrong_passphrase`, `wrap_damaged`
 * @throws FormatError `bad_member_blob`
 */
export async function openMemberBlob(
  primitives: Primitives,
  { passphrase, blob }: { passphrase: string; blob: Uint8Array },
): Promise<MemberSecrets> {
  if (blob.length !== BLOB_SIZE_BYTES) {
    throw new FormatError("bad_member_blob", `a member blob has ${BLOB_SIZE_BYTES} bytes, this one ${blob.length}`);
  }
  const key = await passphraseKey(primitives, passphrase, blob.slice(0, SALT_SIZE_BYTES));
  const secret = unwrapBlob(primitives, key, blob.slice(SALT_SIZE_BYTES));
  return {
    boxSeed: secret.slice(0, KEY_SIZE_BYTES),
    signSeed: secret.slice(KEY_SIZE_BYTES, 2 * KEY_SIZE_BYTES),
    rootFingerprint: toHex(secret.subarray(2 * KEY_SIZE_BYTES)),
  };
}

/** The key pairs that a member's seeds stand for. */
export function memberKeysOf(primitives: Primitives, secrets: MemberSecrets): MemberKeys {
  return { box: primitives.boxKeyPair(secrets.boxSeed), sign: primitives.signKeyPair(secrets.signSeed) };
}

/** NFKC, so that one keyboard's accents are those of another. */
function passphraseKey(primitives: Primitives, passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  return primitives.argon2id(encodeUtf8(passphrase.normalize("NFKC")), salt, PASSPHRASE_COST);
}

function unwrapBlob(primitives: Primitives, key: Uint8Array, wrapped: Uint8Array): Uint8Array {
  try {
    return unwrapSecret(primitives, { key, purpose: PURPOSE, wrapped });
  } catch (error) {
    if (!(error instanceof IntegrityError) || error.code !== "wrong_key") throw error;
    throw new IntegrityError(
      "wrong_passphrase",
      "this passphrase does not open your keys: check it, or use the recovery key (a changed copy of the keys looks the same)",
    );
  }
}
