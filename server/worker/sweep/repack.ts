import type { MovedFrame } from "../../../engine/format/assemble-pack.ts";
import { PACK_AIM_BYTES } from "../../../engine/format/limits.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import type { PackRow } from "../../domain/store/pack-store.ts";
import type { MarkLease } from "../../domain/store/sweep-store.ts";
import { SPARSE_SHARE } from "../../domain/sweep/plan-sweep.ts";
import { assembleEverywhere } from "./assemble-everywhere.ts";
import { framesOf } from "./frames-of.ts";
import { readWholePack } from "./read-whole-pack.ts";

export interface RepackOptions {
  readonly deps: Pick<DomainDeps, "store" | "zones" | "primitives">;
  readonly companyId: string;
  readonly lease: MarkLease;
}

export interface RepackResult {
  readonly repacked: number;
  /** A zone did not take the new pack: nothing more is repacked now. */
  readonly isZoneAway: boolean;
}

interface Source {
  readonly row: PackRow;
  readonly frames: readonly MovedFrame[];
}

/**
 * Copies what is reached of packs that hold little else into new packs, ciphertext only. The order is the safety argument (invariant 6):
 *
 * 1. a source is read whole and held to its name, and each moved frame to the hash in its directory;
 * 2. the new pack is durable in every zone, and read back whole from each;
 * 3. one transaction makes it known, present everywhere, and notes with the sources where their frames lie now.
 *
 * Nothing is deleted here. Later rounds no longer mark a source for what lies in the new pack, and then it goes the way of all packs that nothing reaches; if
 * a copy of the new pack is lost before, they mark it again. What breaks off leaves at most an object that nothing counts, and the same frames give it
 * the same name when it is tried again.
 */
export async function repackSparse(options: RepackOptions, packIds: readonly string[]): Promise<RepackResult> {
  const { deps, companyId, lease } = options;
  const live = (await deps.store.listLiveFrames(companyId, lease, packIds)) ?? [];
  const rows = (await deps.store.listPacks(companyId, packIds)).filter((row) => row !== null);
  let repacked = 0;
  for (const group of groupOf(rows)) {
    let waiting: Source[] = [];
    for (const row of group) {
      const frames = live.find(({ packId }) => packId === row.packId)?.frames ?? [];
      const source = await readSource(options, row, frames);
      if (source === null) continue;
      if (waiting.length > 0 && bytesOf([...waiting, source]) > PACK_AIM_BYTES) {
        if (!(await moveAll(options, waiting))) return { repacked, isZoneAway: true };
        repacked += waiting.length;
        waiting = [];
      }
      waiting.push(source);
    }
    if (waiting.length === 0) continue;
    if (!(await moveAll(options, waiting))) return { repacked, isZoneAway: true };
    repacked += waiting.length;
  }
  return { repacked, isZoneAway: false };
}

/** Pages count as the machine's own that uploaded them, so packs of different machines never come together. */
function groupOf(rows: readonly PackRow[]): PackRow[][] {
  const groups = new Map<string, PackRow[]>();
  for (const row of rows) {
    if (row.state !== "live") continue;
    const key = `${row.machineId}/${row.scope}/${row.packKind}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

/** The frames to move; null when it cannot be read now, or holds more that is reached than it looked: frames count, not what is said about them. */
async function readSource(
  { deps, companyId }: RepackOptions,
  row: PackRow,
  liveFrames: readonly number[],
): Promise<Source | null> {
  const bytes = await readWholePack(deps, companyId, row);
  if (typeof bytes === "string") return null;
  const { frames, storedBytes } = framesOf(bytes, liveFrames);
  const isWhole = frames.length > 0 && frames.length === liveFrames.length;
  const source = { row, frames };
  return isWhole && bytesOf([source]) < SPARSE_SHARE * storedBytes ? source : null;
}

function bytesOf(sources: readonly Source[]): number {
  return sources.flatMap(({ frames }) => frames).reduce((sum, { stored }) => sum + stored.length, 0);
}

/** False when a zone did not take it. */
async function moveAll({ deps, companyId }: RepackOptions, sources: readonly Source[]): Promise<boolean> {
  const [first] = sources;
  if (!first) return true;
  const frames = sources.flatMap((each) => each.frames);
  const pack = await assembleEverywhere({ deps, companyId, tier: "backup", source: first.row }, frames);
  if (pack === null) return false;
  await deps.store.recordRepacked(companyId, {
    pack,
    runId: first.row.runId,
    zoneIds: deps.zones.all().map(({ zoneId }) => zoneId),
    sourcePackIds: sources.map(({ row }) => row.packId),
  });
  return true;
}
