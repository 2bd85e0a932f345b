import { fromHex } from "../../../engine/codec/hex.ts";
import { assemblePack, type MovedFrame } from "../../../engine/format/assemble-pack.ts";
import { PACK_FOOTER_SIZE_BYTES, type PackTier } from "../../../engine/format/pack-index.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import { packMembersOf } from "../../domain/pack/record-pack.ts";
import type { NewPack, PackRow } from "../../domain/store/pack-store.ts";
import { packObjectKey } from "../../domain/zone/object-keys.ts";
import { tieredZone } from "../../domain/zone/tiered-zone.ts";
import { readCopy } from "./read-whole-pack.ts";

export interface Assembly {
  readonly deps: Pick<DomainDeps, "zones" | "primitives">;
  readonly companyId: string;
  readonly tier: PackTier;
  /** Of the packs that the frames come from: those of different machines never come together. */
  readonly source: Pick<PackRow, "packKind" | "scope" | "machineId">;
}

/**
 * Puts frames into one new pack that is durable in every zone, and read back whole from each; null when a zone did not take it. What breaks off leaves
 * objects that nothing counts, and the same frames give the same name when it is tried again.
 */
export async function assembleEverywhere(
  { deps, companyId, tier, source }: Assembly,
  frames: readonly MovedFrame[],
): Promise<NewPack | null> {
  const { packKind, scope, machineId } = source;
  const { packId, bytes, index } = assemblePack(
    { primitives: deps.primitives, companyId, scope, packKind, tier },
    frames,
  );
  const pack = { packId, packKind, tier, sizeBytes: bytes.length };
  for (const handle of deps.zones.all()) {
    const zone = tieredZone(handle);
    try {
      await zone.put(packObjectKey(companyId, pack), [bytes], bytes.length, { sha256: fromHex(packId) });
    } catch (error) {
      if (error instanceof ZoneError) return null;
      throw error;
    }
    if (typeof (await readCopy(deps, zone, { companyId, pack })) === "string") return null;
  }
  const last = index.frames.at(-1);
  const directoryOffset = last ? last.offset + last.storedSizeBytes : 0;
  return {
    ...{ packId, packKind, scope, machineId, directoryOffset, members: packMembersOf(index) },
    sizeBytes: bytes.length,
    directorySizeBytes: bytes.length - directoryOffset - PACK_FOOTER_SIZE_BYTES,
  };
}
