import type { Store } from "../domain/store/store.ts";
import { checkLedger } from "./check-ledger.ts";
import type { Disk } from "./disk.ts";
import { findLacking, isArchivedNow, isKept } from "./model.ts";
import type { Owner } from "./owner.ts";
import type { World } from "./world.ts";

/** More than any seed has. */
const ALL = 10_000_000;

export interface EndedWorld {
  readonly world: World;
  readonly companyIds: readonly string[];
  readonly owners: readonly Owner[];
  /** When the faults ended, by the database's clock; what was due before has come to its end. */
  readonly faultsEndedMs: number;
  /** When everything had come to rest, by the same clock; nobody ages anything after that. */
  readonly settledMs: number;
}

/** When everything is quiet: each zone alone has all of every snapshot, nothing is in doubt, and every run that was due has an end. */
export async function checkAtEnd(ended: EndedWorld): Promise<void> {
  const { world, companyIds, settledMs } = ended;
  for (const snapshot of world.model.snapshots.filter(({ isInBackup }) => isInBackup)) {
    for (const disk of world.disks.values()) {
      const lacking = findLacking(disk, snapshot, true);
      if (lacking) world.violate("8", `${disk.zoneId} lacks ${lacking} of commit ${snapshot.commit} at the end`);
    }
  }
  for (const disk of world.archives.values()) checkArchive(world, disk, settledMs);
  for (const companyId of companyIds) {
    await checkCompany(ended, companyId);
    await checkSnapshots(ended, companyId);
  }
  for (const owner of ended.owners) await checkRuns(ended, owner);
}

/** What is frozen is whole in the archive base of each zone by itself, and locked there until its time is over. */
function checkArchive(world: World, disk: Disk, settledMs: number): void {
  const lockedUntilMs = new Map<string, number>();
  for (const key of disk.goodKeys()) {
    const untilMs = disk.locks.get(key)?.getTime() ?? 0;
    for (const id of world.contents.idsOf(key)) {
      lockedUntilMs.set(id, Math.max(untilMs, lockedUntilMs.get(id) ?? 0));
    }
  }
  for (const { commit, ids, frozen, holdIds } of world.model.snapshots.filter(isArchivedNow)) {
    if (frozen === null) continue;
    const { objectKeys, retainUntilMs } = frozen;
    const lacking = findLacking(disk, { ids, objectKeys }, true);
    if (lacking) world.violate("6", `the archive of ${disk.zoneId} lacks ${lacking} of frozen commit ${commit}`);
    const isLocked =
      ids.every((id) => (lockedUntilMs.get(id) ?? 0) >= retainUntilMs) &&
      objectKeys.every((key) => (disk.locks.get(key)?.getTime() ?? 0) >= retainUntilMs);
    if (holdIds.size > 0 && retainUntilMs <= settledMs)
      world.violate("7", `nothing but the database holds commit ${commit}`);
    if (!isLocked) world.violate("7", `the archive of ${disk.zoneId} has no lock on all of frozen commit ${commit}`);
  }
}

async function checkCompany({ world }: EndedWorld, companyId: string): Promise<void> {
  const { store } = world;
  for (const { zoneId, commit, lastCommit } of await store.listWatermarks(companyId)) {
    if (commit < lastCommit)
      world.violate("8", `the watermark of ${zoneId} stands at ${commit} of ${lastCommit} at the end`);
    const bad = await listBad(store, companyId, zoneId);
    const [first] = bad;
    if (first) world.violate("11", `${bad.length} copies in ${zoneId} are not healed, as ${first}`);
  }
  const findings = await store.listFindings(companyId, {
    ...{ sort: "found", isDescending: false, limit: ALL },
    states: ["open", "lost"],
  });
  const [finding] = findings;
  if (finding) world.violate("11", `finding of ${finding.objectName} is ${finding.state} at the end`);
}

async function listBad(store: Store, companyId: string, zoneId: string): Promise<string[]> {
  return [
    ...(await store.listMissingPacks(companyId, zoneId, { after: 0, limit: 10 })).map(({ packId }) => packId),
    ...(await store.listMissingObjects(companyId, zoneId, { after: "", limit: 10 })).map(({ objectKey }) => objectKey),
    ...(await store.listSuspectPacks(companyId, zoneId, 10)),
    ...(await store.listSuspectObjects(companyId, zoneId, 10)).map(({ objectKey }) => objectKey),
  ];
}

/** A company's list is what was published for it, and nothing else. */
async function checkSnapshots({ world }: EndedWorld, companyId: string): Promise<void> {
  const rows = await world.store.listSnapshots(companyId, { limit: ALL });
  const known = world.model.snapshots.filter((snapshot) => snapshot.companyId === companyId && isKept(snapshot));
  const knownIds = new Set(known.map(({ snapshotId }) => snapshotId));
  const foreign = rows.find((row) => !knownIds.has(row.snapshotId));
  if (foreign || rows.some((row) => row.companyId !== companyId)) {
    world.violate("12", `company ${companyId} lists snapshots that are not its own`);
  }
  if (rows.length !== known.length) world.violate("8", `${known.length} snapshots are kept, ${rows.length} are listed`);
}

async function checkRuns({ world, faultsEndedMs }: EndedWorld, owner: Owner): Promise<void> {
  const { store } = world;
  const companyIds = new Set([...world.model.runs.values()].map(({ companyId }) => companyId));
  for (const companyId of companyIds) {
    const rows = await store.listRuns(companyId, { limit: ALL });
    const open = rows.find(({ endedAt }) => endedAt === null);
    if (open) world.violate("ledger", `run ${open.runId} never ended`);
    const bySource = Map.groupBy(rows, ({ sourceId }) => sourceId);
    for (const [sourceId, timings] of owner.timings) {
      const runs = bySource.get(sourceId);
      if (!runs) continue;
      const ledger = { sourceId, timings, runs, untilMs: faultsEndedMs, clockSetsMs: world.clockSetsMs };
      checkLedger(ledger, (invariant, message) => world.violate(invariant, message));
    }
  }
}
