import { createHash, hash, randomBytes, timingSafeEqual } from "node:crypto";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import sodium from "sodium-native";
import { FormatError, IntegrityError } from "../codec/format-error.ts";
import { concatBytes } from "../codec/hex.ts";
import type { Argon2Cost, ByteParts, KeyPair, Primitives } from "../ports/primitives.ts";
import type { Randomness } from "../ports/randomness.ts";
import * as sizes from "./sizes.ts";

export const nodeRandomness: Randomness = {
  bytes: (sizeBytes) => plainView(randomBytes(sizeBytes)),
};

/** The primitives of Node: OpenSSL for hashes, libsodium for ciphers and signatures, the zstd that Node carries. */
export const nodePrimitives: Primitives = {
  sha256,
  sha256Start() {
    const running = createHash("sha256");
    return { update: (bytes) => void running.update(bytes), digest: () => plainView(running.digest()) };
  },
  hmacSha256,
  aeadSeal,
  aeadOpen,
  boxSeal(publicKey, plain) {
    sizes.requireSize("public key", publicKey, sizes.KEY_SIZE_BYTES);
    const sealed = new Uint8Array(plain.length + sizes.BOX_SEAL_OVERHEAD_BYTES);
    sodium.crypto_box_seal(sealed, plain, publicKey);
    return sealed;
  },
  boxOpen,
  boxKeyPair(seed): KeyPair {
    sizes.requireSize("seed", seed, sizes.KEY_SIZE_BYTES);
    const keys = { publicKey: new Uint8Array(32), secretKey: new Uint8Array(32) };
    sodium.crypto_box_seed_keypair(keys.publicKey, keys.secretKey, seed);
    return keys;
  },
  signKeyPair(seed): KeyPair {
    sizes.requireSize("seed", seed, sizes.KEY_SIZE_BYTES);
    const keys = { publicKey: new Uint8Array(32), secretKey: new Uint8Array(64) };
    sodium.crypto_sign_seed_keypair(keys.publicKey, keys.secretKey, seed);
    return keys;
  },
  sign(secretKey, ...message) {
    sizes.requireSize("secret key", secretKey, sizes.SIGN_SECRET_KEY_SIZE_BYTES);
    const signature = new Uint8Array(sizes.SIGNATURE_SIZE_BYTES);
    sodium.crypto_sign_detached(signature, concatBytes(...message), secretKey);
    return signature;
  },
  isSignedBy(publicKey, signature, ...message) {
    if (publicKey.length !== sizes.KEY_SIZE_BYTES || signature.length !== sizes.SIGNATURE_SIZE_BYTES) return false;
    return sodium.crypto_sign_verify_detached(signature, concatBytes(...message), publicKey);
  },
  argon2id,
  zstdCompress,
  zstdDecompress,
  isEqual,
};

function sha256(...parts: ByteParts): Uint8Array {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return plainView(hash("sha256", first, "buffer"));
  const running = createHash("sha256");
  for (const part of parts) running.update(part);
  return plainView(running.digest());
}

/** Up to this size an HMAC is two one-shot hashes over a copy: 4 us instead of the 17 us that Node's Hmac object takes. */
const SHORT_MESSAGE_BYTES = 16 * 1024;
const BLOCK_BYTES = 64;
const inner = new Uint8Array(BLOCK_BYTES + SHORT_MESSAGE_BYTES);
const outer = new Uint8Array(BLOCK_BYTES + 32);

function hmacSha256(key: Uint8Array, ...parts: ByteParts): Uint8Array {
  let sizeBytes = BLOCK_BYTES;
  for (const part of parts) sizeBytes += part.length;
  if (key.length > BLOCK_BYTES || sizeBytes > inner.length) return longHmacSha256(key, parts);
  for (let at = 0; at < BLOCK_BYTES; at++) {
    const byte = at < key.length ? (key[at] ?? 0) : 0;
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  let end = BLOCK_BYTES;
  for (const part of parts) {
    inner.set(part, end);
    end += part.length;
  }
  outer.set(hash("sha256", inner.subarray(0, end), "buffer"), BLOCK_BYTES);
  inner.fill(0, 0, end);
  const digest = plainView(hash("sha256", outer, "buffer"));
  outer.fill(0);
  return digest;
}

/** Of two hashes as well: setting up Node's Hmac object costs as much as hashing 25 KiB. */
function longHmacSha256(key: Uint8Array, parts: ByteParts): Uint8Array {
  const short = key.length > BLOCK_BYTES ? sha256(key) : key;
  const [innerPad, outerPad] = [new Uint8Array(BLOCK_BYTES).fill(0x36), new Uint8Array(BLOCK_BYTES).fill(0x5c)];
  for (const [at, byte] of short.entries()) {
    innerPad[at] = byte ^ 0x36;
    outerPad[at] = byte ^ 0x5c;
  }
  const running = createHash("sha256").update(innerPad);
  for (const part of parts) running.update(part);
  return plainView(createHash("sha256").update(outerPad).update(running.digest()).digest());
}

function aeadSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plain: Uint8Array,
  into: Uint8Array = new Uint8Array(plain.length + sizes.TAG_SIZE_BYTES),
): Uint8Array {
  sizes.requireSize("key", key, sizes.KEY_SIZE_BYTES);
  sizes.requireSize("nonce", nonce, sizes.NONCE_SIZE_BYTES);
  sizes.requireSize("target", into, plain.length + sizes.TAG_SIZE_BYTES);
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(into, plain, aad, null, nonce, key);
  return into;
}

function aeadOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
  into?: Uint8Array,
): Uint8Array {
  sizes.requireSize("key", key, sizes.KEY_SIZE_BYTES);
  sizes.requireSize("nonce", nonce, sizes.NONCE_SIZE_BYTES);
  if (sealed.length < sizes.TAG_SIZE_BYTES) throw notGenuine();
  const plain = into ?? new Uint8Array(sealed.length - sizes.TAG_SIZE_BYTES);
  sizes.requireSize("target", plain, sealed.length - sizes.TAG_SIZE_BYTES);
  if (plain.buffer === sealed.buffer) {
    // sodium fills the target with zeros when nothing opens, and what is sealed has to stay.
    plain.set(aeadOpen(key, nonce, aad, sealed));
    return plain;
  }
  try {
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(plain, null, sealed, aad, nonce, key);
  } catch {
    throw notGenuine();
  }
  return plain;
}

function notGenuine(): IntegrityError {
  return new IntegrityError("not_genuine", "sealed bytes do not open: damaged, or sealed with another key or context");
}

function boxOpen(keys: KeyPair, sealed: Uint8Array): Uint8Array {
  if (sealed.length < sizes.BOX_SEAL_OVERHEAD_BYTES) throw boxNotOurs();
  const plain = new Uint8Array(sealed.length - sizes.BOX_SEAL_OVERHEAD_BYTES);
  if (!sodium.crypto_box_seal_open(plain, sealed, keys.publicKey, keys.secretKey)) throw boxNotOurs();
  return plain;
}

function boxNotOurs(): IntegrityError {
  return new IntegrityError("not_genuine", "the sealed box is damaged or was sealed to another key");
}

async function argon2id(passphrase: Uint8Array, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
  sizes.requireArgon2Cost(salt, cost);
  const key = new Uint8Array(sizes.KEY_SIZE_BYTES);
  const algorithm = sodium.crypto_pwhash_ALG_ARGON2ID13;
  await sodium.crypto_pwhash_async(key, passphrase, salt, cost.passes, cost.memoryBytes, algorithm);
  return key;
}

function zstdCompress(plain: Uint8Array, level: number, into?: Uint8Array): Uint8Array {
  const compressed = zstdCompressSync(plain, {
    // One output buffer of the greatest possible size; the default of 16 KiB pieces costs a second copy.
    chunkSize: plain.length + (plain.length >> 7) + 512,
    params: { [constants.ZSTD_c_compressionLevel]: level },
  });
  if (into === undefined || compressed.length > into.length) return plainView(compressed);
  into.set(compressed);
  const sizeBytes = compressed.length;
  release(compressed.buffer);
  return into.subarray(0, sizeBytes);
}

/**
 * Frees an output buffer at once: left to the collector, they add 100 MB to an agent's peak. Small ones are cut from a
 * pool that other buffers share and must stay.
 */
function release(memory: ArrayBufferLike): void {
  if (memory instanceof ArrayBuffer && memory.byteLength > Buffer.poolSize) memory.transfer(0);
}

function zstdDecompress(compressed: Uint8Array, plainSizeBytes: number): Uint8Array {
  let plain: Uint8Array;
  try {
    // One byte more than will come: an output buffer that is exactly full makes Node allocate another one of its size.
    const room = Math.max(64, plainSizeBytes + 1);
    plain = plainView(
      zstdDecompressSync(compressed, { chunkSize: room, maxOutputLength: Math.max(1, plainSizeBytes) }),
    );
  } catch (error) {
    throw new IntegrityError("bad_compression", `compressed bytes do not expand: ${String(error)}`);
  }
  if (plain.length !== plainSizeBytes) {
    throw new IntegrityError("bad_compression", `compressed bytes expand to ${plain.length}, not ${plainSizeBytes}`);
  }
  return plain;
}

/** Secrets, tags and hashes are short. Whole frames are compared many times faster by a plain memcmp. */
const SECRET_LIMIT_BYTES = 4096;

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  return a.length > SECRET_LIMIT_BYTES ? Buffer.compare(a, b) === 0 : timingSafeEqual(a, b);
}

/** Node's Buffer as the plain type, so that no adapter-specific behaviour leaks. */
function plainView(buffer: Uint8Array): Uint8Array {
  if (buffer.length > 0x1_0000_0000) throw new FormatError("too_large", "more than 4 GiB in one piece");
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
