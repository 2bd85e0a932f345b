import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError, IntegrityError } from "../codec/format-error.ts";
import { concatBytes, toHex } from "../codec/hex.ts";
import { encodeUtf8 } from "../codec/text.ts";
import { uuidToBytes } from "../codec/uuid.ts";
import type { Primitives } from "../ports/primitives.ts";
import type { Randomness } from "../ports/randomness.ts";
import { frameKey } from "./frame.ts";
import { MANIFEST_LIMIT_BYTES } from "./limits.ts";
import { encodeManifestBody, type ManifestBody, parseManifestBody } from "./manifest-body.ts";
import {
  decodeManifestHeader,
  encodeManifestHeader,
  MANIFEST_HEADER_SIZE_BYTES,
  MANIFEST_SIGNATURE_SIZE_BYTES,
  type ManifestHeader,
} from "./manifest-header.ts";
import { decodeSlot, encodeSlot, SLOT_SIZE_BYTES, type Slot, verifySlot } from "./slot.ts";

/** A manifest taken apart; nothing is verified yet. */
export interface Manifest {
  readonly header: ManifestHeader;
  /** header | signature: what stands in `headers/` and what the chain hashes. */
  readonly signedHeader: Uint8Array;
  readonly sealedPart: Uint8Array;
  readonly slot: Slot;
}

const SIGNED_HEADER_SIZE_BYTES = MANIFEST_HEADER_SIZE_BYTES + MANIFEST_SIGNATURE_SIZE_BYTES;
const NONCE_SIZE_BYTES = 24;
const MANIFEST = encodeUtf8("holdfast/1/manifest");
const MANIFEST_BODY = encodeUtf8("holdfast/1/manifest-body");

export interface ManifestWriter {
  readonly primitives: Primitives;
  readonly randomness: Randomness;
  readonly agentSecretKey: Uint8Array;
  readonly slot: Slot;
  readonly dataKey: Uint8Array;
}

/** Seals the body, signs the header over it, and returns the whole object. */
export function sealManifest(
  writer: ManifestWriter,
  header: Omit<ManifestHeader, "sealedSizeBytes" | "sealedSha256">,
  body: ManifestBody,
): Uint8Array {
  const { primitives, slot } = writer;
  const nonce = writer.randomness.bytes(NONCE_SIZE_BYTES);
  const key = frameKey(primitives, writer.dataKey, nonce);
  const sealed = new ByteWriter(SLOT_SIZE_BYTES + NONCE_SIZE_BYTES + 1024);
  encodeSlot(sealed, slot);
  sealed.raw(nonce).raw(primitives.aeadSeal(key, nonce, bodyAad(header), encodeManifestBody(body)));
  const sealedPart = sealed.finish();
  const headerBytes = encodeManifestHeader({
    ...header,
    sealedSizeBytes: sealedPart.length,
    sealedSha256: primitives.sha256(sealedPart),
  });
  const signature = primitives.sign(writer.agentSecretKey, MANIFEST, headerBytes);
  return concatBytes(headerBytes, signature, sealedPart);
}

/** @throws FormatError unless header, slot and size agree with each other */
export function decodeManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > MANIFEST_LIMIT_BYTES + SIGNED_HEADER_SIZE_BYTES) {
    throw new FormatError("too_long", `a manifest of ${bytes.length} bytes; the limit is ${MANIFEST_LIMIT_BYTES}`);
  }
  const reader = new ByteReader(bytes);
  const signedHeader = reader.raw(SIGNED_HEADER_SIZE_BYTES);
  const { header } = decodeSignedHeader(signedHeader);
  const sealedPart = reader.raw(reader.remaining);
  if (sealedPart.length !== header.sealedSizeBytes) {
    throw new FormatError("bad_size", "the sealed part of a manifest does not have the size that its header states");
  }
  const slot = decodeSlot(new ByteReader(sealedPart));
  if (
    slot.runId !== header.runId ||
    slot.epoch !== header.epoch ||
    toHex(slot.agentCertHash) !== toHex(header.agentCertHash)
  ) {
    throw new FormatError("bad_slot", "the key slot of a manifest belongs to another run, agent or epoch");
  }
  return { header, signedHeader, sealedPart, slot };
}

export interface SignedHeader {
  readonly header: ManifestHeader;
  readonly signature: Uint8Array;
}

/** @param bytes header | signature, as in `headers/` */
export function decodeSignedHeader(bytes: Uint8Array): SignedHeader {
  if (bytes.length !== SIGNED_HEADER_SIZE_BYTES) throw new FormatError("truncated", "a signed header has 364 bytes");
  return {
    header: decodeManifestHeader(bytes.subarray(0, MANIFEST_HEADER_SIZE_BYTES)),
    signature: bytes.subarray(MANIFEST_HEADER_SIZE_BYTES),
  };
}

/** @throws IntegrityError `bad_signature` when the agent with this key did not sign the header */
export function verifySignedHeader(primitives: Primitives, agentPublicKey: Uint8Array, signedHeader: Uint8Array): void {
  const header = signedHeader.subarray(0, MANIFEST_HEADER_SIZE_BYTES);
  const signature = signedHeader.subarray(MANIFEST_HEADER_SIZE_BYTES);
  if (!primitives.isSignedBy(agentPublicKey, signature, MANIFEST, header)) {
    throw new IntegrityError("bad_signature", "the agent did not sign this manifest header");
  }
}

/** Signature, hash of the sealed part, and slot. @throws IntegrityError `bad_signature`, `bad_sealed_hash`, `bad_slot` */
export function verifyManifest(primitives: Primitives, agentPublicKey: Uint8Array, manifest: Manifest): void {
  verifySignedHeader(primitives, agentPublicKey, manifest.signedHeader);
  verifySealedPart(primitives, manifest);
  verifySlot(primitives, agentPublicKey, manifest.header, manifest.slot);
}

/** What a server without keys can check of the sealed part. @throws IntegrityError `bad_sealed_hash` */
export function verifySealedPart(primitives: Primitives, manifest: Manifest): void {
  if (!primitives.isEqual(primitives.sha256(manifest.sealedPart), manifest.header.sealedSha256)) {
    throw new IntegrityError("bad_sealed_hash", "the sealed part of a manifest is not the one that was signed");
  }
}

/** Names and gaps. Verify the manifest before. @throws IntegrityError `not_genuine`; FormatError */
export function openManifest(primitives: Primitives, dataKey: Uint8Array, manifest: Manifest): ManifestBody {
  const reader = new ByteReader(manifest.sealedPart, SLOT_SIZE_BYTES);
  const nonce = reader.raw(NONCE_SIZE_BYTES);
  const key = frameKey(primitives, dataKey, nonce);
  const sealed = reader.raw(reader.remaining);
  return parseManifestBody(primitives.aeadOpen(key, nonce, bodyAad(manifest.header), sealed));
}

/** The link of the chain: the next manifest of this agent carries it. @param signedHeader header | signature */
export function headerHashOf(primitives: Primitives, signedHeader: Uint8Array): Uint8Array {
  if (signedHeader.length !== SIGNED_HEADER_SIZE_BYTES)
    throw new FormatError("truncated", "a signed header has 364 bytes");
  return primitives.sha256(signedHeader);
}

/** 32 hexadecimal digits. @param manifestBytes the whole object, or header | signature */
export function snapshotIdOf(primitives: Primitives, manifestBytes: Uint8Array): string {
  return toHex(headerHashOf(primitives, manifestBytes.subarray(0, SIGNED_HEADER_SIZE_BYTES)).subarray(0, 16));
}

function bodyAad(header: Pick<ManifestHeader, "companyId" | "scope" | "runId">): Uint8Array {
  const writer = new ByteWriter(64).raw(MANIFEST_BODY).raw(uuidToBytes(header.companyId));
  return writer.u32(header.scope).raw(uuidToBytes(header.runId)).finish();
}
