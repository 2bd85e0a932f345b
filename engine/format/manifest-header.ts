import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError } from "../codec/format-error.ts";
import { encodeUtf8 } from "../codec/text.ts";
import { uuidFromBytes, uuidToBytes } from "../codec/uuid.ts";

/** What everybody may know of a snapshot (FORMAT.md section 7); signed by the agent, chained per agent, kept for ever. */
export interface ManifestHeader {
  readonly companyId: string;
  readonly scope: number;
  readonly machineId: string;
  readonly sourceId: string;
  readonly runId: string;
  readonly agentCertHash: Uint8Array;
  /** The agent's own count of manifests, from 1. */
  readonly sequence: number;
  /** Zeros at sequence 1. */
  readonly previousHeaderHash: Uint8Array;
  readonly epoch: number;
  /** Milliseconds since 1970, as the agent believed. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly topPageId: Uint8Array;
  readonly changeListId: Uint8Array;
  readonly entryCount: number;
  readonly fileCount: number;
  readonly contentBytes: number;
  readonly gapCount: number;
  readonly sealedSizeBytes: number;
  readonly sealedSha256: Uint8Array;
}

export const MANIFEST_HEADER_SIZE_BYTES = 300;
export const MANIFEST_SIGNATURE_SIZE_BYTES = 64;
const MAGIC = encodeUtf8("HFMH");
const VERSION = 1;

export function encodeManifestHeader(header: ManifestHeader): Uint8Array {
  const writer = new ByteWriter(MANIFEST_HEADER_SIZE_BYTES);
  writer.raw(MAGIC).u16(VERSION).u16(0);
  writer.raw(uuidToBytes(header.companyId)).u32(header.scope);
  for (const uuid of [header.machineId, header.sourceId, header.runId]) writer.raw(uuidToBytes(uuid));
  writer.raw(header.agentCertHash).u64(header.sequence).raw(header.previousHeaderHash).u32(header.epoch);
  writer.u64(header.startedAtMs).u64(header.endedAtMs);
  writer.raw(header.topPageId).raw(header.changeListId);
  writer.u64(header.entryCount).u64(header.fileCount).u64(header.contentBytes).u64(header.gapCount);
  writer.u32(header.sealedSizeBytes).raw(header.sealedSha256);
  if (writer.position !== MANIFEST_HEADER_SIZE_BYTES) {
    throw new FormatError("bad_size", "a hash or id of a manifest header does not have 32 bytes");
  }
  return writer.finish();
}

/** @param bytes exactly the header, without its signature */
export function decodeManifestHeader(bytes: Uint8Array): ManifestHeader {
  const reader = new ByteReader(bytes);
  if (reader.raw(4).some((byte, at) => byte !== MAGIC[at]))
    throw new FormatError("bad_magic", "this is not a manifest");
  const version = reader.u16();
  if (version !== VERSION) throw new FormatError("unknown_version", `manifest version ${version} is not known here`);
  if (reader.u16() !== 0) throw new FormatError("bad_padding", "reserved bytes of a manifest are not zero");
  const header: ManifestHeader = {
    companyId: uuidFromBytes(reader.raw(16)),
    scope: reader.u32(),
    machineId: uuidFromBytes(reader.raw(16)),
    sourceId: uuidFromBytes(reader.raw(16)),
    runId: uuidFromBytes(reader.raw(16)),
    agentCertHash: reader.raw(32),
    sequence: reader.u64(),
    previousHeaderHash: reader.raw(32),
    epoch: reader.u32(),
    startedAtMs: reader.u64(),
    endedAtMs: reader.u64(),
    topPageId: reader.raw(32),
    changeListId: reader.raw(32),
    entryCount: reader.u64(),
    fileCount: reader.u64(),
    contentBytes: reader.u64(),
    gapCount: reader.u64(),
    sealedSizeBytes: reader.u32(),
    sealedSha256: reader.raw(32),
  };
  reader.expectEnd();
  const isFirst = header.previousHeaderHash.every((byte) => byte === 0);
  if (header.sequence === 0 || isFirst !== (header.sequence === 1)) {
    throw new FormatError("bad_sequence", "sequences begin with 1, and only the first has no previous header");
  }
  return header;
}
