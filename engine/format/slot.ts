import type { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError, IntegrityError } from "../codec/format-error.ts";
import { encodeUtf8 } from "../codec/text.ts";
import { uuidFromBytes, uuidToBytes } from "../codec/uuid.ts";
import type { Primitives } from "../ports/primitives.ts";

/** One row of a pack's key table: whose data key opens the frames that name it (FORMAT.md section 3). */
export interface Slot {
  readonly runId: string;
  readonly agentCertHash: Uint8Array;
  readonly epoch: number;
  /** The data key sealed to the company's public key; 89 bytes. */
  readonly sealedDataKey: Uint8Array;
  readonly signature: Uint8Array;
}

export const SLOT_SIZE_BYTES = 236;
const SEALED_DATA_KEY_SIZE_BYTES = 89;
const SEALED_DATA_KEY_ROOM_BYTES = 120;
const HASH_SIZE_BYTES = 32;
const SIGNATURE_SIZE_BYTES = 64;
const CONTEXT = encodeUtf8("holdfast/1/slot");

export interface SlotToSign {
  readonly companyId: string;
  readonly scope: number;
  readonly runId: string;
  readonly agentCertHash: Uint8Array;
  readonly epoch: number;
  readonly sealedDataKey: Uint8Array;
}

/** Makes the slot of a run; every pack of the run carries it. */
export function signSlot(primitives: Primitives, agentSecretKey: Uint8Array, slot: SlotToSign): Slot {
  const { runId, agentCertHash, epoch, sealedDataKey } = slot;
  const signature = primitives.sign(agentSecretKey, signedBytes(slot));
  return { runId, agentCertHash, epoch, sealedDataKey, signature };
}

/** @throws IntegrityError `bad_slot` when the agent with this key did not sign the slot for this company and scope */
export function verifySlot(
  primitives: Primitives,
  agentPublicKey: Uint8Array,
  place: { readonly companyId: string; readonly scope: number },
  slot: Slot,
): void {
  const message = signedBytes({ ...slot, companyId: place.companyId, scope: place.scope });
  if (!primitives.isSignedBy(agentPublicKey, slot.signature, message)) {
    throw new IntegrityError("bad_slot", "the agent did not sign this key slot for this company and scope");
  }
}

function signedBytes(slot: SlotToSign): Uint8Array {
  const writer = new ByteWriter(256);
  writer.raw(CONTEXT).raw(uuidToBytes(slot.companyId)).u32(slot.scope).raw(uuidToBytes(slot.runId));
  writer.raw(exactly("agentCertHash", slot.agentCertHash, HASH_SIZE_BYTES)).u32(slot.epoch);
  writeSealedDataKey(writer, slot.sealedDataKey);
  return writer.finish();
}

export function encodeSlot(writer: ByteWriter, slot: Slot): void {
  writer.raw(uuidToBytes(slot.runId)).raw(exactly("agentCertHash", slot.agentCertHash, HASH_SIZE_BYTES));
  writer.u32(slot.epoch);
  writeSealedDataKey(writer, slot.sealedDataKey);
  writer.raw(exactly("signature", slot.signature, SIGNATURE_SIZE_BYTES));
}

export function decodeSlot(reader: ByteReader): Slot {
  const runId = uuidFromBytes(reader.raw(16));
  const agentCertHash = reader.raw(HASH_SIZE_BYTES);
  const epoch = reader.u32();
  const sealedDataKey = reader.raw(SEALED_DATA_KEY_SIZE_BYTES);
  const padding = reader.raw(SEALED_DATA_KEY_ROOM_BYTES - SEALED_DATA_KEY_SIZE_BYTES);
  if (padding.some((byte) => byte !== 0)) throw new FormatError("bad_padding", "a key slot is not padded with zeros");
  return { runId, agentCertHash, epoch, sealedDataKey, signature: reader.raw(SIGNATURE_SIZE_BYTES) };
}

function writeSealedDataKey(writer: ByteWriter, sealedDataKey: Uint8Array): void {
  writer.raw(exactly("sealedDataKey", sealedDataKey, SEALED_DATA_KEY_SIZE_BYTES));
  writer.raw(new Uint8Array(SEALED_DATA_KEY_ROOM_BYTES - SEALED_DATA_KEY_SIZE_BYTES));
}

function exactly(what: string, bytes: Uint8Array, sizeBytes: number): Uint8Array {
  if (bytes.length !== sizeBytes) {
    throw new FormatError("bad_size", `${what} has ${bytes.length} bytes and needs ${sizeBytes}`);
  }
  return bytes;
}
