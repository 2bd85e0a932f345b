import { isBadBytes } from "../../../engine/codec/format-error.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { RebuildDatabase, RebuiltPack } from "../../db/rebuild-database.ts";
import { DomainError } from "../../domain/domain-error.ts";
import { packMembersOf } from "../../domain/pack/record-pack.ts";
import { readPackIndex } from "../../domain/snapshot/read-pack-index.ts";
import type { PackMembers } from "../../domain/store/pack-store.ts";
import { tieredZone } from "../../domain/zone/tiered-zone.ts";
import type { ZoneHandle } from "../../domain/zone/zone-set.ts";

/** Directories read at a time; each is at most 32 MiB, usually some 100 kB. */
const PARALLEL_READS = 4;

export interface DamagedPack {
  readonly packId: string;
  readonly problem: string;
}

/** Reads where every chunk lies from the packs' own directories. What cannot be read is named; what it held is found missing by readers. */
export async function rebuildIndex(
  rebuild: RebuildDatabase,
  zones: readonly ZoneHandle[],
): Promise<{ readonly packs: number; readonly damaged: readonly DamagedPack[] }> {
  const damaged: DamagedPack[] = [];
  let packs = 0;
  let after: RebuiltPack | null = null;
  for (;;) {
    const page: readonly RebuiltPack[] = await rebuild.listPacks(after);
    if (page.length === 0) return { packs, damaged };
    for (let from = 0; from < page.length; from += PARALLEL_READS) {
      const some = page.slice(from, from + PARALLEL_READS);
      const reads = await Promise.all(some.map(async (pack) => ({ pack, read: await readMembers(zones, pack) })));
      // One after the other: they share a connection.
      for (const { pack, read } of reads) {
        if ("problem" in read) damaged.push({ packId: pack.packId, problem: read.problem });
        else await rebuild.insertMembers(pack, read.members);
      }
      packs += some.length;
    }
    after = page.at(-1) ?? null;
  }
}

async function readMembers(
  zones: readonly ZoneHandle[],
  pack: RebuiltPack,
): Promise<{ readonly members: PackMembers } | { readonly problem: string }> {
  let problem = "no zone holds it";
  for (const zone of zones) {
    try {
      return { members: packMembersOf(await readPackIndex(tieredZone(zone), pack.companyId, pack)) };
    } catch (error) {
      if (!(error instanceof ZoneError || error instanceof DomainError || isBadBytes(error))) throw error;
      problem = error instanceof Error ? error.message : String(error);
    }
  }
  return { problem };
}
