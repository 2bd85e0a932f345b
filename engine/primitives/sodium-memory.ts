import sodium from "libsodium-wrappers-sumo";
import { IntegrityError } from "../codec/format-error.ts";
import { TAG_SIZE_BYTES } from "./sizes.ts";

/** What libsodium's module gives besides its wrapper; lengths of 64 bits are two numbers, the lower first. */
interface SodiumModule {
  /** Another view whenever the memory has grown. */
  readonly HEAPU8: Uint8Array;
  _malloc(sizeBytes: number): number;
  _free(address: number): void;
  _crypto_aead_xchacha20poly1305_ietf_decrypt(
    ...args: [
      plain: number,
      plainSize: number,
      nsec: number,
      sealed: number,
      sealedSize: number,
      sealedSizeHigh: number,
      aad: number,
      aadSize: number,
      aadSizeHigh: number,
      nonce: number,
      key: number,
    ]
  ): number;
}

export interface SealedInput {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
  readonly sealed: Uint8Array;
}

/** Room for key, nonce and associated data beside the sealed bytes; their sizes are known to be small. */
const BESIDE_BYTES = 1024;

let room = { address: 0, sizeBytes: 0 };

/**
 * Opens in memory that libsodium keeps from call to call. Its wrapper takes new memory for every result, which costs a browser more
 * than the cipher does: pages that are touched for the first time, up to 5 ms for each MiB (docs/decisions/0040-zip-in-the-browser.md).
 *
 * @param into exactly as long as the plain bytes
 * @throws IntegrityError `not_genuine`
 */
export function openInSodiumMemory({ key, nonce, aad, sealed }: SealedInput, into: Uint8Array): Uint8Array {
  const module = parseModule(sodium);
  const keyAt = reserve(module, BESIDE_BYTES + aad.length + sealed.length);
  const nonceAt = keyAt + key.length;
  const aadAt = nonceAt + nonce.length;
  const sealedAt = aadAt + aad.length;
  module.HEAPU8.set(key, keyAt);
  module.HEAPU8.set(nonce, nonceAt);
  module.HEAPU8.set(aad, aadAt);
  module.HEAPU8.set(sealed, sealedAt);
  // The plain bytes take the place of the sealed ones, which libsodium allows.
  const code = module._crypto_aead_xchacha20poly1305_ietf_decrypt(
    ...[sealedAt, 0, 0, sealedAt, sealed.length, 0, aadAt, aad.length, 0, nonceAt, keyAt],
  );
  module.HEAPU8.fill(0, keyAt, nonceAt);
  if (code !== 0 || sealed.length < TAG_SIZE_BYTES) {
    throw new IntegrityError("not_genuine", "sealed bytes do not open: damaged, or sealed with another key or context");
  }
  into.set(module.HEAPU8.subarray(sealedAt, sealedAt + sealed.length - TAG_SIZE_BYTES));
  return into;
}

/** The same room for every call; it grows to the largest. */
function reserve(module: SodiumModule, sizeBytes: number): number {
  if (room.sizeBytes < sizeBytes) {
    if (room.address !== 0) module._free(room.address);
    room = { address: module._malloc(sizeBytes), sizeBytes };
  }
  return room.address;
}

function parseModule(wrapper: object): SodiumModule {
  const { libsodium } = wrapper as { libsodium?: Partial<SodiumModule> };
  if (typeof libsodium?._malloc !== "function") throw new Error("this version of libsodium is not the pinned one");
  return libsodium as SodiumModule;
}
