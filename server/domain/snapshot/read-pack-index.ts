import { concatBytes } from "../../../engine/codec/hex.ts";
import {
  PACK_HEADER_SIZE_BYTES,
  type PackIndex,
  parsePackHeader,
  parsePackIndex,
} from "../../../engine/format/pack-index.ts";
import type { Zone } from "../../../engine/ports/zone.ts";
import type { PackRow } from "../store/pack-store.ts";
import { packObjectKey } from "../zone/object-keys.ts";

/** Reads a pack's index from a zone: header, key table and everything from the directory on. @throws ZoneError, FormatError */
export async function readPackIndex(
  zone: Zone,
  companyId: string,
  pack: Pick<PackRow, "packId" | "packKind" | "tier" | "directoryOffset" | "sizeBytes">,
): Promise<PackIndex> {
  const key = packObjectKey(companyId, pack);
  const read = async (offset: number, sizeBytes: number) => collect(await zone.get(key, { offset, sizeBytes }));
  const { keyTableSizeBytes } = parsePackHeader(await read(0, PACK_HEADER_SIZE_BYTES));
  const head = await read(0, PACK_HEADER_SIZE_BYTES + keyTableSizeBytes);
  const tail = await read(pack.directoryOffset, pack.sizeBytes - pack.directoryOffset);
  return parsePackIndex(concatBytes(head, tail));
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return concatBytes(...parts);
}
