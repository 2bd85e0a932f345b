import type { CommitStore, Publication, PublishOutcome, ReserveOutcome } from "../commit-store.ts";
import type { RunLease } from "../run-store.ts";
import { closeIncidentsOfSource } from "./memory-incident-entries.ts";
import { closedPageKey, makeLive } from "./memory-packs.ts";
import type { CommitEntry } from "./memory-rows.ts";
import { addObject, type CompanyState, findHeld, hexOf, isSame, type MemoryState, newCopies } from "./memory-state.ts";

const NO_HASH = new Uint8Array(32);
const ID_BYTES = 32;

export function createMemoryCommits(state: MemoryState): CommitStore {
  return {
    async reserveCommit(companyId, lease, reservation) {
      const company = state.companies.get(companyId);
      return company ? reserve(state, company, { lease, ...reservation }) : { kind: "lease_lost" };
    },
    async publishCommit(companyId, lease, publication) {
      const company = state.companies.get(companyId);
      return company ? publish(state, company, { lease, publication }) : { kind: "lease_lost" };
    },
    async voidCommit(companyId, commit) {
      const company = state.companies.get(companyId);
      const entry = company?.commits.get(commit);
      if (entry?.state !== "reserved") return;
      settleCommit(company, entry, "void");
      state.outbox.push({ companyId, kind: "commit_voided" });
    },
  };
}

/** What was reserved is published or void, and stays so. */
export function settleCommit(company: CompanyState | undefined, entry: CommitEntry, state: "published" | "void"): void {
  entry.state = state;
  company?.index.reserved.delete(entry.commit);
}

interface Chain {
  readonly agentId: string;
  readonly sequence: number;
  readonly previousHeaderHash: Uint8Array;
}

interface Reservation extends Chain {
  readonly lease: RunLease;
  readonly snapshotId: string;
}

function reserve(state: MemoryState, company: CompanyState, reservation: Reservation): ReserveOutcome {
  const { lease, snapshotId } = reservation;
  const refusal = findPublished(company, snapshotId) ?? findChainConflict(company, reservation);
  if (refusal) return refusal;
  if (findHeld(state, company, lease) === null) return { kind: "lease_lost" };
  const open = [...company.index.reserved.values()].find((each) => each.runId === lease.runId);
  if (open?.snapshotId === snapshotId) return { kind: "reserved", commit: open.commit, receivedAt: open.receivedAt };
  if (open) settleCommit(company, open, "void");
  const commit = company.nextCommit++;
  const receivedAt = state.now();
  const entry: CommitEntry = { commit, runId: lease.runId, snapshotId, state: "reserved", receivedAt };
  company.commits.set(commit, entry);
  company.index.reserved.set(commit, entry);
  state.outbox.push({ companyId: company.companyId, kind: "commit_reserved" });
  return { kind: "reserved", commit, receivedAt };
}

function findPublished(
  company: CompanyState,
  snapshotId: string,
): Extract<ReserveOutcome, { kind: "published" }> | null {
  const entry = company.snapshots.get(snapshotId);
  if (!entry) return null;
  return { kind: "published", commit: entry.commit, receivedAt: entry.receivedAt, outcome: entry.outcome };
}

function findChainConflict(
  company: CompanyState,
  chain: Chain,
): { readonly kind: "lease_lost" } | { readonly kind: "sequence_conflict"; readonly lastSequence: number } | null {
  const agent = company.agents.get(chain.agentId);
  if (!agent || agent.isRevoked) return { kind: "lease_lost" };
  const isNext = isSame(agent.lastHeaderHash ?? NO_HASH, chain.previousHeaderHash);
  if (isNext && chain.sequence === agent.lastSequence + 1) return null;
  return { kind: "sequence_conflict", lastSequence: agent.lastSequence };
}

interface PublishInput {
  readonly lease: RunLease;
  readonly publication: Publication;
}

function publish(state: MemoryState, company: CompanyState, input: PublishInput): PublishOutcome {
  const { lease, publication } = input;
  const { snapshot, commit } = publication;
  const refusal = findPublished(company, snapshot.snapshotId) ?? findChainConflict(company, snapshot);
  if (refusal) return refusal;
  const run = findHeld(state, company, lease);
  if (run === null) return { kind: "lease_lost" };
  const entry = company.commits.get(commit);
  const isOurs = entry?.runId === lease.runId && entry.snapshotId === snapshot.snapshotId;
  if (!entry || !isOurs || entry.state !== "reserved") return { kind: "commit_void" };
  const { generation } = company;
  if (generation !== publication.generation) return { kind: "generation_moved", generation };
  rescue(company, publication.rescuePackIds);
  const outcome = snapshot.counts.gaps === 0 ? "complete" : "complete_with_gaps";
  const { receivedAt } = entry;
  settleCommit(company, entry, "published");
  run.endedAt = state.now();
  company.index.closeRun(run);
  run.outcome = outcome;
  run.snapshotId = snapshot.snapshotId;
  write(state, company, { ...input, outcome, receivedAt });
  return { kind: "published", commit, receivedAt, outcome };
}

/** All or none: looked at before anything is changed. */
function rescue(company: CompanyState, packIds: readonly string[]): void {
  const packs = packIds.map((packId) => company.packs.get(packId));
  if (packs.some((pack) => pack?.state !== "quarantined" && pack?.state !== "live")) {
    throw new Error("a pack that the snapshot needs could not be rescued");
  }
  for (const pack of packs) if (pack) makeLive(company, pack);
}

interface Write extends PublishInput {
  readonly outcome: "complete" | "complete_with_gaps";
  readonly receivedAt: Date;
}

function write(state: MemoryState, company: CompanyState, { lease, publication, outcome, receivedAt }: Write): void {
  const { snapshot, commit, zoneId, objects, closedPageIds, generation } = publication;
  const { machineId, agentId, scope, snapshotId } = snapshot;
  const packHigh = company.index.packs.at(-1)?.packNo ?? 0;
  const aging = { backupLeftAt: null, frozen: null, archiveExpiredAt: null };
  const row = { commit, runId: lease.runId, zoneId, receivedAt, outcome, snapshot, packHigh, ...aging };
  company.snapshots.set(snapshotId, row);
  company.index.addSnapshot(row);
  for (const object of objects) {
    const fresh = { copies: newCopies(state, zoneId), lockedUntil: null, isDeleting: false };
    addObject(company, { ...object, commit, bytes: null, ...fresh });
  }
  for (let at = 0; at < closedPageIds.length; at += ID_BYTES) {
    const idHex = hexOf(closedPageIds.subarray(at, at + ID_BYTES));
    company.closedPages.set(closedPageKey(machineId, zoneId, { scope, idHex }), generation);
  }
  const agent = company.agents.get(agentId);
  if (agent) {
    agent.lastSequence = snapshot.sequence;
    agent.lastHeader = snapshot.header;
    agent.lastHeaderHash = snapshot.headerHash;
  }
  const machine = company.machines.get(machineId);
  if (machine) machine.lastSnapshotAt = receivedAt;
  company.lastCommit = Math.max(company.lastCommit, commit);
  company.publications++;
  company.lastSnapshotAt = receivedAt;
  closeIncidentsOfSource(state, company.companyId, snapshot.sourceId);
  state.outbox.push({ companyId: company.companyId, kind: "snapshot_published" });
}
