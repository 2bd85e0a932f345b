import type { DomainDeps } from "../domain-deps.ts";

/** Each pack once; `at` holds, for each id, the pack's place in `packs` and the frame, or null. */
export interface LocatedChunks {
  readonly packs: readonly string[];
  readonly at: readonly (readonly [number, number] | null)[];
}

/** Where a reader finds chunks and pages. */
export async function locateChunks(
  { store }: Pick<DomainDeps, "store">,
  companyId: string,
  scope: number,
  chunkIds: readonly Uint8Array[],
): Promise<LocatedChunks> {
  const places = new Map<string, number>();
  const locations = await store.locate(companyId, scope, chunkIds);
  const at = locations.map((location) => {
    if (location === null) return null;
    const place = places.get(location.packId) ?? places.size;
    places.set(location.packId, place);
    return [place, location.frame] as const;
  });
  return { packs: [...places.keys()], at };
}
