import type { LocatedChunksView, LocatedCopiesView } from "../../../contracts/chunks.ts";
import type { ChunkLocation } from "../../../engine/ports/chunk-index.ts";
import type { DomainDeps } from "../domain-deps.ts";

/** Where a reader finds chunks and pages. */
export async function locateChunks(
  { store }: Pick<DomainDeps, "store">,
  companyId: string,
  scope: number,
  chunkIds: readonly Uint8Array[],
): Promise<LocatedChunksView> {
  const table = new PackTable();
  const locations = await store.locate(companyId, scope, chunkIds);
  const at = locations.map((location) => location && table.placeOf(location));
  return { packs: table.packIds, at };
}

/** Where else a reader may look, when what lies at the first place is not what it should be. */
export async function locateCopies(
  { store }: Pick<DomainDeps, "store">,
  companyId: string,
  scope: number,
  chunkIds: readonly Uint8Array[],
): Promise<LocatedCopiesView> {
  const table = new PackTable();
  const copies = await store.locateCopies(companyId, scope, chunkIds);
  const at = copies.map((locations) => locations.map((location) => table.placeOf(location)));
  return { packs: table.packIds, at };
}

/** Names each pack once: an answer about thousands of ids names few packs. */
class PackTable {
  readonly packIds: string[] = [];
  readonly #numbers = new Map<string, number>();

  placeOf({ packId, frame }: ChunkLocation): [pack: number, frame: number] {
    const number = this.#numbers.get(packId) ?? this.packIds.push(packId) - 1;
    this.#numbers.set(packId, number);
    return [number, frame];
  }
}
