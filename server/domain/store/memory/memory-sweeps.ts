import { MAX_BATCH_IDS, StoreError } from "../store.ts";
import type {
  DeletePacksOutcome,
  MachinePage,
  MarkIds,
  MarkLease,
  MarkOutcome,
  Repacked,
  SnapshotRoots,
  SweepPack,
  SweepStore,
} from "../sweep-store.ts";
import { addPack, makeLive } from "./memory-packs.ts";
import type { ChunkEntry, Copy, PackEntry } from "./memory-rows.ts";
import {
  type CompanyState,
  getCompany,
  hexOf,
  type MarkedPage,
  type MarkState,
  type MemoryState,
  newCopies,
} from "./memory-state.ts";
import { SortedKeys } from "./sorted-keys.ts";

const ID_BYTES = 32;
const MAX_CLEARED = 10_000;
const MAX_COPIES = 16;
const MAX_FORGOTTEN = 1_000;
const SWEEP = "sweep";

export function createMemorySweeps(state: MemoryState): SweepStore {
  const companyOrNone = (companyId: string) => state.companies.get(companyId);
  return {
    ...createRounds(state),
    ...createMarks(state),
    ...createLists(state),
    async sealQuarantine(companyId, round) {
      const company = getCompany(state, companyId);
      if (company.sweep?.round !== round) return 0;
      const token = Math.max(0, ...[...company.index.openRuns].map((run) => run.fencingToken));
      const isFresh = ({ quarantine }: PackEntry) =>
        quarantine && (quarantine.round === null || quarantine.round > round);
      const fresh = [...company.packs.values()].filter(isFresh);
      for (const { quarantine } of fresh) if (quarantine) Object.assign(quarantine, { round, token });
      if (fresh.length > 0) state.outbox.push({ companyId, kind: "quarantine_sealed" });
      return fresh.length;
    },
    async rescuePacks(companyId, packIds) {
      const company = getCompany(state, companyId);
      const packs = packsOf(company, packIds).filter((pack) => pack.state === "quarantined");
      for (const pack of packs) makeLive(company, pack);
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
    async forgetPacks(companyId, round) {
      const company = getCompany(state, companyId);
      const dead = company.index.packs
        .filter(
          ({ state: stored, deletedRound }) => stored === "deleting" && deletedRound !== null && deletedRound <= round,
        )
        .slice(0, MAX_FORGOTTEN);
      for (const pack of dead) {
        company.index.setPackState(pack, "gone");
        company.index.clearCopies(pack);
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
      const round = (company.sweep?.round ?? 0) + 1;
      if (!isPlanOnly) company.sweep = { round, begunAt: state.now(), finishedAt: null, retryAtMs: null, held: null };
      const packHigh = company.index.packs.at(-1)?.packNo ?? 0;
      return { round, publications: company.publications, packHigh };
    },
    async readDeletionFacts(companyId) {
      const company = getCompany(state, companyId);
      const newest = company.index.snapshotsByCommit.get(company.lastCommit);
      const { nextCommit } = company;
      if (!newest) return { now: state.now(), nextCommit, newestSnapshot: null };
      const { commit, snapshot } = newest;
      return { now: state.now(), nextCommit, newestSnapshot: { commit, manifestSha256: snapshot.manifestSha256 } };
    },
    async endSweep(companyId, { round, held, retryMs }) {
      const sweep = state.companies.get(companyId)?.sweep;
      if (sweep?.round !== round) return;
      sweep.finishedAt = state.now();
      sweep.held = held;
      sweep.retryAtMs = retryMs === null ? null : state.now().getTime() + retryMs;
      state.outbox.push({ companyId, kind: "sweep_ended" });
    },
    async findSweep(companyId) {
      const sweep = state.companies.get(companyId)?.sweep;
      if (!sweep) return null;
      const { retryAtMs: _, ...row } = sweep;
      return { companyId, ...row };
    },
    async listCompaniesToSweep(everyMs) {
      const nowMs = state.now().getTime();
      const isDue = ({ sweep }: CompanyState) =>
        !sweep?.finishedAt ||
        sweep.finishedAt.getTime() + everyMs <= nowMs ||
        (sweep.retryAtMs !== null && sweep.retryAtMs <= nowMs);
      return [...state.companies.values()].filter(isDue).map((company) => company.companyId);
    },
  };
}

function createLists(state: MemoryState): Pick<SweepStore, "listSweepPacks" | "listLiveFrames" | "recordRepacked"> {
  const companyOrNone = (companyId: string) => state.companies.get(companyId);
  return {
    async listSweepPacks(companyId, lease, { after, limit, states, sparseFrameBytes }) {
      const company = companyOrNone(companyId);
      if (!company || !isHeld(state, companyId, lease)) return null;
      const { jobName } = lease;
      const isWanted = ({ state: stored, liveFrames, sizeBytes }: SweepPack) =>
        states.includes(stored) &&
        (sparseFrameBytes === undefined || (liveFrames > 0 && liveFrames * sparseFrameBytes < sizeBytes));
      const found: SweepPack[] = [];
      for (const pack of company.index.packsAfter(after)) {
        const row = toSweepPack(company, pack, { jobName, nowMs: state.now().getTime() });
        if (row !== null && isWanted(row)) found.push(row);
        if (found.length >= limit) break;
      }
      return found;
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
      const { live, pages, open, openPackNos } = marksOf(getCompany(state, companyId), lease.jobName);
      const count = Math.min(live.size, MAX_CLEARED) + Math.min(pages.size, MAX_CLEARED);
      for (const packNo of [...live.keys()].slice(0, MAX_CLEARED)) live.delete(packNo);
      for (const key of [...pages.keys()].slice(0, MAX_CLEARED)) pages.delete(key);
      for (const packNo of open.keys()) openPackNos.delete(packNo);
      open.clear();
      return count === 0 ? "cleared" : "more";
    },
    async listUnmarkedRoots(companyId, jobName, { after, limit }) {
      const company = state.companies.get(companyId);
      if (!company) return [];
      const { pages } = marksOf(company, jobName);
      const isMarked = ({ machineId, scope, topPageId, changeListId }: SnapshotRoots) =>
        [topPageId, changeListId].every((pageId) => pages.has(pageKey({ machineId, scope, pageId })));
      const found: SnapshotRoots[] = [];
      for (const { commit, snapshot } of company.index.snapshotsAfter(after, company.nextCommit)) {
        const { scope, machineId, topPageId, changeListId } = snapshot;
        const roots = { commit, scope, machineId, topPageId, changeListId };
        if (!isMarked(roots)) found.push(roots);
        if (found.length >= limit) break;
      }
      return found;
    },
    async markIds(companyId, lease, marks) {
      if (marks.ids.length > MAX_BATCH_IDS * ID_BYTES || marks.ids.length % ID_BYTES !== 0) {
        throw new StoreError("invalid", `${MAX_BATCH_IDS} whole ids in one call are the most`);
      }
      if (!isHeld(state, companyId, lease)) return { kind: "lease_lost" };
      return markAll(getCompany(state, companyId), lease.jobName, marks);
    },
    async listUnenteredPages(companyId, jobName, limit) {
      const company = state.companies.get(companyId);
      if (!company) return [];
      const { open, openPackNos } = marksOf(company, jobName);
      const found: MarkedPage[] = [];
      for (const packNo of openPackNos.after(null)) {
        found.push(...(open.get(packNo) ?? []));
        if (found.length >= limit) break;
      }
      return found
        .slice(0, limit)
        .map(({ machineId, scope, pageId, packId }) => ({ machineId, scope, pageId, packId }));
    },
    async enterPages(companyId, lease, entered) {
      if (!isHeld(state, companyId, lease)) return false;
      const marks = marksOf(getCompany(state, companyId), lease.jobName);
      for (const page of entered) {
        const marked = marks.pages.get(pageKey(page));
        if (marked) enterPage(marks, marked);
      }
      return true;
    },
    async listPageCopies(companyId, { machineId, scope, pageId }) {
      const entries = state.companies.get(companyId)?.chunks.get(`${scope}/${hexOf(pageId)}`) ?? [];
      return entries
        .filter((entry) => isKept(entry) && entry.kind !== 1 && entry.pack.machineId === machineId)
        .toSorted((a, b) => Number(a.pack.state === "quarantined") - Number(b.pack.state === "quarantined"))
        .slice(0, MAX_COPIES)
        .map(({ pack }) => pack.packId);
    },
  };
}

function markAll(company: CompanyState, jobName: string, { machineId, scope, ids, arePages }: MarkIds): MarkOutcome {
  const marks = marksOf(company, jobName);
  const { live, pages } = marks;
  const lacking: Uint8Array[] = [];
  for (let at = 0; at < ids.length; at += ID_BYTES) {
    const pageId = ids.slice(at, at + ID_BYTES);
    const kept = countedOf((company.chunks.get(`${scope}/${hexOf(pageId)}`) ?? []).filter(isKept));
    for (const { pack, frame } of kept) live.set(pack.packNo, (live.get(pack.packNo) ?? new Set()).add(frame));
    const own = kept.find(({ kind, pack }) => kind !== 1 && pack.machineId === machineId);
    const page = { machineId, scope, pageId };
    if (own && !pages.has(pageKey(page))) {
      const { packNo, packId } = own.pack;
      openPage(marks, { ...page, packNo, packId, isEntered: false });
    }
    const isContent = !arePages && kept.some(({ kind }) => kind === 1);
    if (!own && !isContent) lacking.push(pageId);
  }
  return { kind: "marked", lacking };
}

function openPage({ pages, open, openPackNos }: MarkState, page: MarkedPage): void {
  pages.set(pageKey(page), page);
  open.set(page.packNo, (open.get(page.packNo) ?? new Set()).add(page));
  openPackNos.add(page.packNo);
}

function enterPage({ open, openPackNos }: MarkState, page: MarkedPage): void {
  page.isEntered = true;
  const left = open.get(page.packNo);
  left?.delete(page);
  if (left?.size !== 0) return;
  open.delete(page.packNo);
  openPackNos.delete(page.packNo);
}

/** Without packs whose place another has taken for this id. */
function countedOf(entries: readonly ChunkEntry[]): readonly ChunkEntry[] {
  return entries.filter(({ pack }) => {
    const into = entries.find((each) => each.pack.packNo === pack.repackedInto)?.pack;
    return into === undefined || into.state !== "live" || [...into.copies.values()].some(isLacking);
  });
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
  for (const zoneId of zoneIds) company.index.setCopy(entry, zoneId, { state: "present", code: null });
  for (const source of sources) source.repackedInto = entry.packNo;
  state.outbox.push({ companyId: company.companyId, kind: "packs_repacked" });
  return true;
}

interface DeletePacks {
  readonly packIds: readonly string[];
  readonly round: number;
  readonly publications: number;
}

function deletePacks(state: MemoryState, company: CompanyState, marked: DeletePacks): DeletePacksOutcome {
  const { publications, companyId } = company;
  if (publications !== marked.publications) return { kind: "marks_outdated", publications };
  if (company.sweep?.round !== marked.round) return { kind: "round_over" };
  const packs = packsOf(company, marked.packIds).filter((pack) => mayGo(company, pack, marked.round));
  for (const pack of packs) company.index.setPackState(pack, "deleting");
  if (packs.length > 0) {
    company.generation++;
    state.outbox.push({ companyId, kind: "packs_deleting" });
  }
  return { kind: "deleting", packIds: packs.map((pack) => pack.packId) };
}

function mayGo(company: CompanyState, { state, quarantine, packNo }: PackEntry, round: number): boolean {
  if (state !== "quarantined" || quarantine === null || quarantine.round === null) return false;
  if (quarantine.round >= round || areRunsOpen(company, quarantine.token)) return false;
  return !marksOf(company, SWEEP).live.has(packNo);
}

function areRunsOpen(company: CompanyState, token: number): boolean {
  return [...company.index.openRuns].some((run) => run.fencingToken <= token);
}

interface PackView {
  readonly jobName: string;
  readonly nowMs: number;
}

function toSweepPack(company: CompanyState, pack: PackEntry, { jobName, nowMs }: PackView): SweepPack | null {
  if (pack.state === "gone") return null;
  const { packNo, packId, packKind, sizeBytes, quarantine } = pack;
  const isRunOpen = company.runs.get(pack.runId)?.endedAt === null;
  return {
    ...{ packNo, packId, packKind, sizeBytes, state: pack.state, isRunOpen },
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
  const marks = company.marks.get(jobName) ?? {
    live: new Map(),
    pages: new Map(),
    open: new Map(),
    openPackNos: new SortedKeys<number>(),
  };
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
