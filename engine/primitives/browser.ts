import sodium from "libsodium-wrappers-sumo";
import { ZSTDDecoder } from "zstddec";
import { FormatError, IntegrityError } from "../codec/format-error.ts";
import { concatBytes } from "../codec/hex.ts";
import type { ChunkKind } from "../ports/chunk-index.ts";
import type { ByteParts, Primitives } from "../ports/primitives.ts";
import * as sizes from "./sizes.ts";
import { openInSodiumMemory } from "./sodium-memory.ts";

/**
 * The primitives of a browser: libsodium and zstd's decoder, both WebAssembly. Call them in a worker: they are
 * synchronous. A browser never compresses: `zstdCompress` throws `no_compression`.
 */
export async function createBrowserPrimitives(): Promise<Primitives> {
  const zstd = new ZSTDDecoder();
  await Promise.all([sodium.ready, zstd.init()]);
  return {
    ...hashes,
    ...ciphers,
    ...boxes,
    ...signatures,
    async argon2id(passphrase, salt, cost) {
      sizes.requireArgon2Cost(salt, cost);
      const algorithm = sodium.crypto_pwhash_ALG_ARGON2ID13;
      return sodium.crypto_pwhash(sizes.KEY_SIZE_BYTES, passphrase, salt, cost.passes, cost.memoryBytes, algorithm);
    },
    zstdCompress() {
      throw new FormatError("no_compression", "browsers read compressed data and do not write it");
    },
    zstdDecompress: (compressed, plainSizeBytes) => expand(zstd, compressed, plainSizeBytes),
  };
}

/**
 * Chunk ids by the browser's own HMAC, which runs on other threads and knows the processor's SHA-256: three to five times as fast
 * as WebAssembly for large members, slower for small ones. The same ids as `chunkId`.
 */
export async function createBrowserIds(
  chunkIdKey: Uint8Array,
): Promise<(kind: ChunkKind, plain: Uint8Array) => Promise<Uint8Array>> {
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey("raw", chunkIdKey.slice(), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return async (kind, plain) => new Uint8Array(await signNamed(key, kind, plain));
}

/**
 * The kind stands before the member, which mostly lies behind some byte in the same memory: that byte lends its place for the moment in
 * which the browser takes its copy, instead of a copy of ours.
 */
async function signNamed(key: CryptoKey, kind: ChunkKind, plain: Uint8Array): Promise<ArrayBuffer> {
  const { buffer, byteOffset, length } = plain;
  const { subtle } = globalThis.crypto;
  if (byteOffset === 0 || !(buffer instanceof ArrayBuffer)) {
    return subtle.sign("HMAC", key, concatBytes(Uint8Array.of(kind), plain).slice());
  }
  const named = new Uint8Array(buffer, byteOffset - 1, length + 1);
  const [lent = 0] = named;
  named[0] = kind;
  const signature = subtle.sign("HMAC", key, named);
  named[0] = lent;
  return signature;
}

const hashes: Pick<Primitives, "sha256" | "sha256Start" | "hmacSha256" | "isEqual"> = {
  sha256: (...parts) => sha256Of(parts),
  sha256Start() {
    const state = sodium.crypto_hash_sha256_init();
    return {
      update: (bytes) => sodium.crypto_hash_sha256_update(state, bytes),
      digest: () => sodium.crypto_hash_sha256_final(state),
    };
  },
  hmacSha256(key, ...parts) {
    const state = sodium.crypto_auth_hmacsha256_init(key);
    for (const part of parts) sodium.crypto_auth_hmacsha256_update(state, part);
    return sodium.crypto_auth_hmacsha256_final(state);
  },
  isEqual: (a, b) => a.length === b.length && (a.length === 0 || sodium.memcmp(a, b)),
};

const ciphers: Pick<Primitives, "aeadSeal" | "aeadOpen"> = {
  aeadSeal(key, nonce, aad, plain, into) {
    sizes.requireSize("key", key, sizes.KEY_SIZE_BYTES);
    sizes.requireSize("nonce", nonce, sizes.NONCE_SIZE_BYTES);
    return placed(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, aad, null, nonce, key), into);
  },
  aeadOpen(key, nonce, aad, sealed, into) {
    sizes.requireSize("key", key, sizes.KEY_SIZE_BYTES);
    sizes.requireSize("nonce", nonce, sizes.NONCE_SIZE_BYTES);
    if (into !== undefined && sealed.length - into.length === sizes.TAG_SIZE_BYTES) {
      return openInSodiumMemory({ key, nonce, aad, sealed }, into);
    }
    let plain: Uint8Array;
    try {
      plain = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, aad, nonce, key);
    } catch {
      throw new IntegrityError(
        "not_genuine",
        "sealed bytes do not open: damaged, or sealed with another key or context",
      );
    }
    return placed(plain, into);
  },
};

const boxes: Pick<Primitives, "boxSeal" | "boxOpen" | "boxKeyPair"> = {
  boxSeal(publicKey, plain) {
    sizes.requireSize("public key", publicKey, sizes.KEY_SIZE_BYTES);
    return sodium.crypto_box_seal(plain, publicKey);
  },
  boxOpen(keys, sealed) {
    try {
      return sodium.crypto_box_seal_open(sealed, keys.publicKey, keys.secretKey);
    } catch {
      throw new IntegrityError("not_genuine", "the sealed box is damaged or was sealed to another key");
    }
  },
  boxKeyPair(seed) {
    sizes.requireSize("seed", seed, sizes.KEY_SIZE_BYTES);
    const { publicKey, privateKey } = sodium.crypto_box_seed_keypair(seed);
    return { publicKey, secretKey: privateKey };
  },
};

const signatures: Pick<Primitives, "signKeyPair" | "sign" | "isSignedBy"> = {
  signKeyPair(seed) {
    sizes.requireSize("seed", seed, sizes.KEY_SIZE_BYTES);
    const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed);
    return { publicKey, secretKey: privateKey };
  },
  sign(secretKey, ...message) {
    sizes.requireSize("secret key", secretKey, sizes.SIGN_SECRET_KEY_SIZE_BYTES);
    return sodium.crypto_sign_detached(concatBytes(...message), secretKey);
  },
  isSignedBy(publicKey, signature, ...message) {
    if (publicKey.length !== sizes.KEY_SIZE_BYTES || signature.length !== sizes.SIGNATURE_SIZE_BYTES) return false;
    return sodium.crypto_sign_verify_detached(signature, concatBytes(...message), publicKey);
  },
};

function sha256Of(parts: ByteParts): Uint8Array {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return sodium.crypto_hash_sha256(first);
  const state = sodium.crypto_hash_sha256_init();
  for (const part of parts) sodium.crypto_hash_sha256_update(state, part);
  return sodium.crypto_hash_sha256_final(state);
}

function placed(bytes: Uint8Array, into: Uint8Array | undefined): Uint8Array {
  if (into === undefined) return bytes;
  sizes.requireSize("target", into, bytes.length);
  into.set(bytes);
  return into;
}

function expand(zstd: ZSTDDecoder, compressed: Uint8Array, plainSizeBytes: number): Uint8Array {
  // Zero would let the decoder believe the size that the input claims.
  const plain = zstd.decode(compressed, Math.max(1, plainSizeBytes));
  if (plain.length !== plainSizeBytes) {
    throw new IntegrityError("bad_compression", `compressed bytes do not expand to exactly ${plainSizeBytes}`);
  }
  return plain;
}
