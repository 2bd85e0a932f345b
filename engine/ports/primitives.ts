/** Bytes in pieces, hashed or signed as if they were one. */
export type ByteParts = readonly Uint8Array[];

export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

export interface Argon2Cost {
  /** Passes over the memory; never under 3. */
  readonly passes: number;
  /** Memory; never under 256 MiB. */
  readonly memoryBytes: number;
}

export interface RunningHash {
  update(bytes: Uint8Array): void;
  /** Ends the hash; 32 bytes. */
  digest(): Uint8Array;
}

/**
 * Everything cryptographic, and zstd. One adapter for Node and one for browsers (`engine/primitives/`),
 * byte for byte the same. All calls are pure; inputs are never kept, nor changed but where `into` says so.
 */
export interface Primitives {
  sha256(...parts: ByteParts): Uint8Array;
  sha256Start(): RunningHash;
  hmacSha256(key: Uint8Array, ...parts: ByteParts): Uint8Array;
  /** XChaCha20-Poly1305, IETF; returns ciphertext with the 16-byte tag at its end. `into`, if given, has exactly that length and is returned. */
  aeadSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array, into?: Uint8Array): Uint8Array;
  /**
   * `into` may begin where `sealed` does, in the same memory: then the plain bytes take its place, and it stays as it is when it does not open.
   *
   * @throws IntegrityError when the tag does not fit
   */
  aeadOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array, into?: Uint8Array): Uint8Array;
  /** crypto_box_seal to an X25519 public key. */
  boxSeal(publicKey: Uint8Array, plain: Uint8Array): Uint8Array;
  /** @throws IntegrityError when this key pair does not open it */
  boxOpen(keys: KeyPair, sealed: Uint8Array): Uint8Array;
  boxKeyPair(seed: Uint8Array): KeyPair;
  /** Ed25519; `secretKey` is libsodium's 64 bytes. */
  signKeyPair(seed: Uint8Array): KeyPair;
  sign(secretKey: Uint8Array, ...message: ByteParts): Uint8Array;
  isSignedBy(publicKey: Uint8Array, signature: Uint8Array, ...message: ByteParts): boolean;
  /** Argon2id, 32 bytes out; asynchronous because it takes seconds. */
  argon2id(passphrase: Uint8Array, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array>;
  /** `into`, if given, takes the result at its start when it fits there, and what was filled is returned. */
  zstdCompress(plain: Uint8Array, level: number, into?: Uint8Array): Uint8Array;
  /** @throws IntegrityError unless it expands to exactly `plainSizeBytes` */
  zstdDecompress(compressed: Uint8Array, plainSizeBytes: number): Uint8Array;
  /** Constant-time comparison. */
  isEqual(a: Uint8Array, b: Uint8Array): boolean;
}
