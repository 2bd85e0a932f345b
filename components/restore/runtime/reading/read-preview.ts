import { IntegrityError } from "../../../../engine/codec/format-error.ts";
import type { ChunkItem } from "../../../../engine/format/chunk-item.ts";
import { idKey } from "../../../../engine/ids/chunk-id.ts";
import { toBinaryText, toReadableText } from "../../../../engine/restore/binary-text.ts";
import { ContentReader, type FetchedChunk } from "../../../../engine/restore/content-reader.ts";
import type { FileEntry, SnapshotReader } from "../../../../engine/restore/snapshot-reader.ts";
import type { DocumentPreview, DocumentRef } from "../protocol/reading-calls.ts";
import type { OpenVault } from "../vault-room.ts";
import { mediaTypeOf } from "./media-type.ts";
import { ReadingError } from "./reading-error.ts";

/** A picture of a camera, and more text than anybody reads in a preview. */
const MAX_PREVIEW_BYTES = 8 * 1024 * 1024;

/** The first bytes of a document, each chunk proven. @throws ReadingError `not_a_document`; RestoreError `no_good_copy` */
export async function readPreview(
  vault: OpenVault,
  { snapshotId, steps, maxBytes }: DocumentRef & { readonly maxBytes: number },
): Promise<DocumentPreview> {
  const reader = await vault.openSnapshot(snapshotId);
  const { entry } = await reader.at(steps);
  if (entry?.type !== "file") throw new ReadingError("not_a_document", "What lies at this place has no content.");
  const bytes = await readBeginning(vault, reader, {
    entry,
    sizeBytes: Math.min(maxBytes, MAX_PREVIEW_BYTES, entry.sizeBytes),
  });
  const isWhole = bytes.length === entry.sizeBytes;
  return {
    name: toReadableText(toBinaryText(entry.name)),
    sizeBytes: entry.sizeBytes,
    bytes,
    isWhole,
    mediaType: mediaTypeOf(bytes, isWhole),
  };
}

async function readBeginning(
  { source, member, keys }: OpenVault,
  reader: SnapshotReader,
  { entry, sizeBytes }: { readonly entry: FileEntry; readonly sizeBytes: number },
): Promise<Uint8Array> {
  const items = await firstItems(reader.items(entry), sizeBytes);
  const { catalogue, chunkIdKey } = reader;
  const content = new ContentReader({
    source,
    primitives: member.tools.primitives,
    companyId: keys.companyId,
    catalogue,
    chunkIdKey,
  });
  const chunks = await content.fetch(items.flatMap((item) => (item.kind === "content" ? [item.chunkId] : [])));
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for (const item of items) {
    if (item.kind === "content") {
      const chunk = requireChunk(chunks.get(idKey(item.chunkId)), item.sizeBytes);
      bytes.set(chunk.subarray(0, sizeBytes - at), at);
    }
    at += item.sizeBytes;
  }
  return bytes;
}

/** As many as cover so much. */
async function firstItems(items: AsyncIterable<ChunkItem>, sizeBytes: number): Promise<ChunkItem[]> {
  const first: ChunkItem[] = [];
  let covered = 0;
  if (sizeBytes === 0) return first;
  for await (const item of items) {
    first.push(item);
    covered += item.sizeBytes;
    if (covered >= sizeBytes) break;
  }
  return first;
}

function requireChunk(chunk: FetchedChunk | undefined, sizeBytes: number): Uint8Array {
  if (!(chunk instanceof Uint8Array)) throw chunk ?? new Error("a chunk was not answered for");
  if (chunk.length === sizeBytes) return chunk;
  throw new IntegrityError("bad_chunk_size", "a chunk of this document has another size than its tree says");
}
