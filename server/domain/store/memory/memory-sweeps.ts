import type { PackTier } from "../../../../engine/format/pack-index.ts";
import { StoreError } from "../store.ts";
import { type DeletePacksOutcome, type Repacked, SWEEP_JOBS, type SweepPack, type SweepStore } from "../sweep-store.ts";
import { createMemoryMarks, isMarking, marksOf } from "./memory-marks.ts";
import { addPack, makeLive, recordMadeCopies } from "./memory-packs.ts";
import type { PackEntry } from "./memory-rows.ts";
import { type CompanyState, getCompany, type MemoryState, newCopies } from "./memory-state.ts";

const MAX_FORGOTTEN = 1_000;

export function createMemorySweeps(state: MemoryState): SweepStore {
  const companyOrNone = (companyId: string) => state.companies.get(companyId);
  return {
    ...createRounds(state),
    ...createMemoryMarks(state),
    ...createLists(state),
    async sealQuarantine(companyId, tier, round) {
      const company = getCompany(state, companyId);
      if (company.sweeps.get(tier)?.round !== round) return 0;
      const token = Math.max(0, ...[...company.index.openRuns].map((run) => run.fencingToken));
      const isFresh = ({ quarantine, tier: stored }: PackEntry) =>
        stored === tier && quarantine && (quarantine.round === null || quarantine.round > round);
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
    async forgetPacks(companyId, tier, round) {
      const company = getCompany(state, companyId);
      const dead = company.index.packs
        .filter(
          (pack) =>
            pack.tier === tier && pack.state === "deleting" && pack.deletedRound !== null && pack.deletedRound <= round,
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
      if (!isMarking(state, companyId, lease)) return null;
      const company = getCompany(state, companyId);
      const round = (company.sweeps.get(lease.tier)?.round ?? 0) + 1;
      const begun = { round, begunAt: state.now(), finishedAt: null, retryAtMs: null, held: null };
      if (!isPlanOnly) company.sweeps.set(lease.tier, begun);
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
      if (!company || !isMarking(state, companyId, lease)) return null;
      const { jobName } = lease;
      const isWanted = ({ state: stored, liveFrames, sizeBytes }: SweepPack) =>
        states.includes(stored) &&
        (!isMarked || liveFrames > 0) &&
        (sparseFrameBytes === undefined || (liveFrames > 0 && liveFrames * sparseFrameBytes < sizeBytes));
      const found: SweepPack[] = [];
      for (const pack of company.index.packsAfter(after)) {
        if (pack.tier !== lease.tier) continue;
        const row = toSweepPack(company, pack, { jobName, nowMs: state.now().getTime() });
        if (row !== null && isWanted(row)) found.push(row);
        if (found.length >= limit) break;
      }
      return found;
    },
    async listLiveFrames(companyId, lease, packIds) {
      const company = companyOrNone(companyId);
      if (!company || !isMarking(state, companyId, lease)) return null;
      const { live } = marksOf(company, lease.jobName);
      return packsOf(company, packIds)
        .map(({ packId, packNo }) => ({ packId, frames: [...(live.get(packNo) ?? [])].toSorted((a, b) => a - b) }))
        .filter(({ frames }) => frames.length > 0);
    },
    recordRepacked: async (companyId, repacked) => recordRepacked(state, getCompany(state, companyId), repacked),
  };
}

function recordRepacked(state: MemoryState, company: CompanyState, repacked: Repacked): boolean {
  const { pack, runId, zoneIds, sourcePackIds } = repacked;
  if (sourcePackIds.includes(pack.packId)) throw new StoreError("invalid", "a pack is not repacked into itself");
  const sources = packsOf(company, sourcePackIds);
  if (sources.length !== sourcePackIds.length || sources.some((source) => source.state !== "live")) return false;
  const stored = company.packs.get(pack.packId);
  if (stored && stored.state !== "live") return false;
  const entry = stored ?? addPack(state, company, { pack, runId, copies: newCopies(state, null) });
  recordMadeCopies(state, company, { entry, zoneIds });
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
  for (const pack of packs) company.index.setPackState(pack, "deleting");
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
  return [...company.index.openRuns].some((run) => run.fencingToken <= token);
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
