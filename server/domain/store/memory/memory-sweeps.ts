import type { PackTier } from "../../../../engine/format/pack-index.ts";
import { MAX_BATCH_IDS, StoreError } from "../store.ts";
import {
  type DeletePacksOutcome,
  type MachinePage,
  type MarkIds,
  type MarkLease,
  type MarkOutcome,
  type Repacked,
  type SnapshotRoots,
  SWEEP_JOBS,
  type SweepPack,
  type SweepStore,
} from "../sweep-store.ts";
import { addPack } from "./memory-packs.ts";
import {
  type ChunkEntry,
  type CompanyState,
  type Copy,
  getCompany,
  hexOf,
  type MarkState,
  type MemoryState,
  newCopies,
  type PackEntry,
  type SnapshotEntry,
} from "./memory-state.ts";

const ID_BYTES = 32;
const MAX_CLEARED = 10_000;
const MAX_COPIES = 16;
const MAX_FORGOTTEN = 1_000;

export function createMemorySweeps(state: MemoryState): SweepStore {
  const companyOrNone = (companyId: string) => state.companies.get(companyId);
  return {
    ...createRounds(state),
    ...createMarks(state),
    ...createLists(state),
    async sealQuarantine(companyId, tier, round) {
      const company = getCompany(state, companyId);
      if (company.sweeps.get(tier)?.round !== round) return 0;
      const open = [...company.runs.values()].filter((run) => run.endedAt === null);
      const token = Math.max(0, ...open.map((run) => run.fencingToken));
      const isFresh = ({ quarantine, tier: stored }: PackEntry) =>
        stored === tier && quarantine && (quarantine.round === null || quarantine.round > round);
      const fresh = [...company.packs.values()].filter(isFresh);
      for (const { quarantine } of fresh) if (quarantine) Object.assign(quarantine, { round, token });
      if (fresh.length > 0) state.outbox.push({ companyId, kind: "quarantine_sealed" });
      return fresh.length;
    },
    async rescuePacks(companyId, packIds) {
      const packs = packsOf(companyOrNone(companyId), packIds).filter((pack) => pack.state === "quarantined");
      for (const pack of packs) Object.assign(pack, { state: "live", quarantine: null });
      if (packs.length > 0) state.outbox.push({ companyId, kind: "packs_rescued" });
      return packs.map((pack) => pack.packId);
    },
    deletePacks: async (companyId, packIds, marked) =>
      deletePacks(state, getCompany(state, companyId), { packIds, ...marked }),
    async markObjectsDeleted(companyId, packIds, round) {
      for (const pack of packsOf(companyOrNone(companyId), packIds))
        if (pack.state === "deleting") pack.deletedRound = round;
      state.outbox.push({ companyId, kind: "pack_objects_deleted" });
    },
    async dropChunks(companyId) {
      let dropped = 0;
      const company = companyOrNone(companyId);
      for (const [key, entries] of company?.chunks ?? []) {
        const kept = entries.filter(({ pack }) => pack.state !== "deleting" || pack.deletedRound === null);
        dropped += entries.length - kept.length;
        if (kept.length > 0) company?.chunks.set(key, kept);
        else company?.chunks.delete(key);
      }
      return { dropped, next: null };
    },
    async forgetPacks(companyId, tier, round) {
      const dead = [...(companyOrNone(companyId)?.packs.values() ?? [])]
        .filter(
          (pack) =>
            pack.tier === tier && pack.state === "deleting" && pack.deletedRound !== null && pack.deletedRound <= round,
        )
        .slice(0, MAX_FORGOTTEN);
      for (const pack of dead) {
        pack.state = "gone";
        pack.copies.clear();
      }
      if (dead.length > 0) state.outbox.push({ companyId, kind: "packs_gone" });
      return dead.length;
    },
  };
}

type Rounds = Pick<SweepStore, "beginSweep" | "readDeletionFacts" | "endSweep" | "findSweep" | "listCompaniesToSweep">;

function createRounds(state: MemoryState): Rounds {
  return {
    async beginSweep(companyId, lease, { isPlanOnly }) {
      if (!isHeld(state, companyId, lease)) return null;
      const company = getCompany(state, companyId);
      const round = (company.sweeps.get(lease.tier)?.round ?? 0) + 1;
      const begun = { round, begunAt: state.now(), finishedAt: null, retryAtMs: null, held: null };
      if (!isPlanOnly) company.sweeps.set(lease.tier, begun);
      const packHigh = Math.max(0, ...[...company.packs.values()].map((pack) => pack.packNo));
      return { round, publications: company.publications, packHigh };
    },
    async readDeletionFacts(companyId) {
      const company = getCompany(state, companyId);
      const newest = [...company.snapshots.values()].toSorted((a, b) => b.commit - a.commit)[0];
      const { nextCommit } = company;
      if (!newest) return { now: state.now(), nextCommit, newestSnapshot: null };
      const { commit, snapshot } = newest;
      return { now: state.now(), nextCommit, newestSnapshot: { commit, manifestSha256: snapshot.manifestSha256 } };
    },
    async endSweep(companyId, { tier, round, held, retryMs }) {
      const sweep = state.companies.get(companyId)?.sweeps.get(tier);
      if (sweep?.round !== round) return;
      sweep.finishedAt = state.now();
      sweep.held = held;
      sweep.retryAtMs = retryMs === null ? null : state.now().getTime() + retryMs;
      state.outbox.push({ companyId, kind: "sweep_ended" });
    },
    async findSweep(companyId, tier) {
      const sweep = state.companies.get(companyId)?.sweeps.get(tier);
      if (!sweep) return null;
      const { retryAtMs: _, ...row } = sweep;
      return { companyId, tier, ...row };
    },
    async listCompaniesToSweep(tier, everyMs) {
      const nowMs = state.now().getTime();
      const isDue = ({ sweeps }: CompanyState) => {
        const sweep = sweeps.get(tier);
        if (!sweep?.finishedAt || sweep.finishedAt.getTime() + everyMs <= nowMs) return true;
        return sweep.retryAtMs !== null && sweep.retryAtMs <= nowMs;
      };
      return [...state.companies.values()].filter(isDue).map((company) => company.companyId);
    },
  };
}

function createLists(state: MemoryState): Pick<SweepStore, "listSweepPacks" | "listLiveFrames" | "recordRepacked"> {
  const companyOrNone = (companyId: string) => state.companies.get(companyId);
  return {
    async listSweepPacks(companyId, lease, { after, limit, states, sparseFrameBytes, isMarked = false }) {
      const company = companyOrNone(companyId);
      if (!company || !isHeld(state, companyId, lease)) return null;
      const { jobName } = lease;
      const isWanted = ({ state: stored, liveFrames, sizeBytes }: SweepPack) =>
        states.includes(stored) &&
        (!isMarked || liveFrames > 0) &&
        (sparseFrameBytes === undefined || (liveFrames > 0 && liveFrames * sparseFrameBytes < sizeBytes));
      return [...company.packs.values()]
        .filter((pack) => pack.packNo > after && pack.tier === lease.tier)
        .map((pack) => toSweepPack(company, pack, { jobName, nowMs: state.now().getTime() }))
        .filter((pack) => pack !== null)
        .filter(isWanted)
        .slice(0, limit);
    },
    async listLiveFrames(companyId, lease, packIds) {
      const company = companyOrNone(companyId);
      if (!company || !isHeld(state, companyId, lease)) return null;
      const { live } = marksOf(company, lease.jobName);
      return packsOf(company, packIds)
        .map(({ packId, packNo }) => ({ packId, frames: [...(live.get(packNo) ?? [])].toSorted((a, b) => a - b) }))
        .filter(({ frames }) => frames.length > 0);
    },
    recordRepacked: async (companyId, repacked) => recordRepacked(state, getCompany(state, companyId), repacked),
  };
}

type Marks = Pick<
  SweepStore,
  "clearMarks" | "listUnmarkedRoots" | "markIds" | "listUnenteredPages" | "enterPages" | "listPageCopies"
>;

function createMarks(state: MemoryState): Marks {
  return {
    async clearMarks(companyId, lease) {
      if (!isHeld(state, companyId, lease)) return "lease_lost";
      const { live, pages } = marksOf(getCompany(state, companyId), lease.jobName);
      const count = Math.min(live.size, MAX_CLEARED) + Math.min(pages.size, MAX_CLEARED);
      for (const packNo of [...live.keys()].slice(0, MAX_CLEARED)) live.delete(packNo);
      for (const key of [...pages.keys()].slice(0, MAX_CLEARED)) pages.delete(key);
      return count === 0 ? "cleared" : "more";
    },
    async listUnmarkedRoots(companyId, { jobName, tier }, { after, limit }) {
      const company = state.companies.get(companyId);
      if (!company) return [];
      const { pages } = marksOf(company, jobName);
      const isMarked = ({ machineId, scope, topPageId, changeListId }: SnapshotRoots) =>
        [topPageId, changeListId].every((pageId) => pages.has(pageKey({ machineId, scope, pageId })));
      const isIn = (entry: SnapshotEntry) =>
        tier === "backup" ? entry.backupLeftAt === null : entry.frozen !== null && entry.archiveExpiredAt === null;
      return [...company.snapshots.values()]
        .filter(isIn)
        .map(({ commit, snapshot: { scope, machineId, topPageId, changeListId } }) => {
          return { commit, scope, machineId, topPageId, changeListId };
        })
        .filter((roots) => roots.commit > after && !isMarked(roots))
        .toSorted((a, b) => a.commit - b.commit)
        .slice(0, limit);
    },
    async markIds(companyId, lease, marks) {
      if (marks.ids.length > MAX_BATCH_IDS * ID_BYTES || marks.ids.length % ID_BYTES !== 0) {
        throw new StoreError("invalid", `${MAX_BATCH_IDS} whole ids in one call are the most`);
      }
      if (!isHeld(state, companyId, lease)) return { kind: "lease_lost" };
      return markAll(getCompany(state, companyId), lease, marks);
    },
    async listUnenteredPages(companyId, jobName, limit) {
      const company = state.companies.get(companyId);
      if (!company) return [];
      return [...marksOf(company, jobName).pages.values()]
        .filter((page) => !page.isEntered)
        .toSorted((a, b) => a.packNo - b.packNo)
        .slice(0, limit)
        .map(({ machineId, scope, pageId, packId }) => ({ machineId, scope, pageId, packId }));
    },
    async enterPages(companyId, lease, entered) {
      if (!isHeld(state, companyId, lease)) return false;
      const { pages } = marksOf(getCompany(state, companyId), lease.jobName);
      for (const page of entered) {
        const marked = pages.get(pageKey(page));
        if (marked) marked.isEntered = true;
      }
      return true;
    },
    async listPageCopies(companyId, tier, { machineId, scope, pageId }) {
      const entries = state.companies.get(companyId)?.chunks.get(`${scope}/${hexOf(pageId)}`) ?? [];
      return entries
        .filter(
          (entry) =>
            isKept(entry) && entry.pack.tier === tier && entry.kind !== 1 && entry.pack.machineId === machineId,
        )
        .toSorted((a, b) => Number(a.pack.state === "quarantined") - Number(b.pack.state === "quarantined"))
        .slice(0, MAX_COPIES)
        .map(({ pack }) => pack.packId);
    },
  };
}

function markAll(company: CompanyState, { jobName, tier }: MarkLease, marks: MarkIds): MarkOutcome {
  const { machineId, scope, ids, arePages, exceptArchived = false } = marks;
  const { live, pages } = marksOf(company, jobName);
  const lacking: Uint8Array[] = [];
  for (let at = 0; at < ids.length; at += ID_BYTES) {
    const pageId = ids.slice(at, at + ID_BYTES);
    const entries = (company.chunks.get(`${scope}/${hexOf(pageId)}`) ?? []).filter(isKept);
    const kept = countedOf(entries.filter(({ pack }) => pack.tier === tier));
    const isDone = exceptArchived && entries.some(isArchivedWhole);
    for (const { pack, frame } of isDone ? [] : kept)
      live.set(pack.packNo, (live.get(pack.packNo) ?? new Set()).add(frame));
    const own = kept.find(({ kind, pack }) => kind !== 1 && pack.machineId === machineId);
    const page = { machineId, scope, pageId };
    if (own && !pages.has(pageKey(page))) {
      const { packNo, packId } = own.pack;
      pages.set(pageKey(page), { ...page, packNo, packId, isEntered: false });
    }
    const isContent = !arePages && kept.some(({ kind }) => kind === 1);
    if (!own && !isContent) lacking.push(pageId);
  }
  return { kind: "marked", lacking };
}

/** Without packs whose place another has taken for this id. */
function countedOf(entries: readonly ChunkEntry[]): readonly ChunkEntry[] {
  return entries.filter(({ pack }) => {
    const into = entries.find((each) => each.pack.packNo === pack.repackedInto)?.pack;
    return into === undefined || into.state !== "live" || [...into.copies.values()].some(isLacking);
  });
}

function isArchivedWhole({ pack }: ChunkEntry): boolean {
  return pack.tier === "archive" && pack.state === "live" && ![...pack.copies.values()].some(isLacking);
}

function isLacking({ state }: Copy): boolean {
  return state !== "present";
}

function recordRepacked(state: MemoryState, company: CompanyState, repacked: Repacked): boolean {
  const { pack, runId, zoneIds, sourcePackIds } = repacked;
  if (sourcePackIds.includes(pack.packId)) throw new StoreError("invalid", "a pack is not repacked into itself");
  const sources = packsOf(company, sourcePackIds);
  if (sources.length !== sourcePackIds.length || sources.some((source) => source.state !== "live")) return false;
  const stored = company.packs.get(pack.packId);
  if (stored && stored.state !== "live") return false;
  const entry = stored ?? addPack(state, company, { pack, runId, copies: newCopies(state, null) });
  for (const zoneId of zoneIds) entry.copies.set(zoneId, { state: "present", code: null });
  for (const source of sources) source.repackedInto = entry.packNo;
  state.outbox.push({ companyId: company.companyId, kind: "packs_repacked" });
  return true;
}

interface DeletePacks {
  readonly packIds: readonly string[];
  readonly tier: PackTier;
  readonly round: number;
  readonly publications: number;
}

function deletePacks(state: MemoryState, company: CompanyState, marked: DeletePacks): DeletePacksOutcome {
  const { publications, companyId } = company;
  if (publications !== marked.publications) return { kind: "marks_outdated", publications };
  if (company.sweeps.get(marked.tier)?.round !== marked.round) return { kind: "round_over" };
  const packs = packsOf(company, marked.packIds).filter((pack) =>
    mayGo(company, pack, { ...marked, now: state.now() }),
  );
  for (const pack of packs) pack.state = "deleting";
  if (packs.length > 0) {
    company.generation++;
    state.outbox.push({ companyId, kind: "packs_deleting" });
  }
  return { kind: "deleting", packIds: packs.map((pack) => pack.packId) };
}

interface Marked {
  readonly tier: PackTier;
  readonly round: number;
  readonly now: Date;
}

function mayGo(company: CompanyState, pack: PackEntry, { tier, round, now }: Marked): boolean {
  const { state, quarantine, packNo, lockedUntil } = pack;
  if (pack.tier !== tier || (lockedUntil !== null && lockedUntil > now)) return false;
  if (state !== "quarantined" || quarantine === null || quarantine.round === null) return false;
  if (quarantine.round >= round || areRunsOpen(company, quarantine.token)) return false;
  return !marksOf(company, SWEEP_JOBS[tier]).live.has(packNo);
}

function areRunsOpen(company: CompanyState, token: number): boolean {
  return [...company.runs.values()].some((run) => run.endedAt === null && run.fencingToken <= token);
}

interface PackView {
  readonly jobName: string;
  readonly nowMs: number;
}

function toSweepPack(company: CompanyState, pack: PackEntry, { jobName, nowMs }: PackView): SweepPack | null {
  if (pack.state === "gone") return null;
  const { packNo, packId, packKind, tier, lockedUntil, sizeBytes, quarantine } = pack;
  const isRunOpen = company.runs.get(pack.runId)?.endedAt === null;
  return {
    ...{ packNo, packId, packKind, tier, lockedUntil, sizeBytes, state: pack.state, isRunOpen },
    isLocked: lockedUntil !== null && lockedUntil.getTime() > nowMs,
    ageMs: nowMs - pack.createdAtMs,
    liveFrames: marksOf(company, jobName).live.get(packNo)?.size ?? 0,
    isRepacked: pack.repackedInto !== null,
    quarantine:
      pack.state !== "quarantined" || quarantine === null
        ? null
        : {
            round: quarantine.round,
            ageMs: nowMs - quarantine.atMs,
            areRunsOpen: quarantine.round !== null && areRunsOpen(company, quarantine.token),
          },
  };
}

function packsOf(company: CompanyState | undefined, packIds: readonly string[]): PackEntry[] {
  return packIds.map((packId) => company?.packs.get(packId)).filter((pack) => pack !== undefined);
}

function isKept({ pack }: ChunkEntry): boolean {
  return pack.state === "live" || pack.state === "quarantined";
}

function marksOf(company: CompanyState, jobName: string): MarkState {
  const marks = company.marks.get(jobName) ?? { live: new Map(), pages: new Map() };
  company.marks.set(jobName, marks);
  return marks;
}

function pageKey({ machineId, scope, pageId }: MachinePage): string {
  return `${machineId}/${scope}/${hexOf(pageId)}`;
}

function isHeld(state: MemoryState, companyId: string, { jobName, fencingToken }: MarkLease): boolean {
  const job = state.jobs.get(`${companyId}/${jobName}`);
  return job?.fencingToken === fencingToken && job.leaseUntilMs !== 0;
}
