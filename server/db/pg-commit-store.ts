import type {
  CommitStore,
  NewSnapshot,
  Publication,
  PublishOutcome,
  ReserveOutcome,
} from "../domain/store/commit-store.ts";
import type { RunLease, RunOutcome } from "../domain/store/run-store.ts";
import { writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { closeIncidentsOfSource } from "./pg-incidents.ts";
import { packIdBytes } from "./pg-pack-rows.ts";
import { loadStatement } from "./statement.ts";
import { type Tx, withCompany } from "./transaction.ts";

const COMPANY_LOCK = loadStatement("company-lock");
const AGENT_LOCK = loadStatement("agent-lock");
const LEASE_LOCK = loadStatement("lease-lock");
const COMMIT_OF_SNAPSHOT = loadStatement("commit-of-snapshot");
const COMMIT_OPEN = loadStatement("commit-open");
const COMMIT_RESERVE = loadStatement("commit-reserve");
const COMMIT_LOCK = loadStatement("commit-lock");
const COMMIT_PUBLISH = loadStatement("commit-publish");
const COMMIT_VOID = loadStatement("commit-void");
const PACKS_RESCUE = loadStatement("packs-rescue");
const PACKS_COUNT_LIVE = loadStatement("packs-count-live");
const CLOSED_PAGES_PUT = loadStatement("closed-pages-put");
const SNAPSHOT_INSERT = loadStatement("snapshot-insert");
const SNAPSHOT_OBJECTS_INSERT = loadStatement("snapshot-objects-insert");
const RUN_COMPLETE = loadStatement("run-complete");
const AGENT_ADVANCE = loadStatement("agent-advance");
const MACHINE_SNAPSHOT = loadStatement("machine-snapshot");
const COMPANY_PUBLISHED = loadStatement("company-published");

const NO_HASH = Buffer.alloc(32);

export function createPgCommitStore(database: PgDatabase): CommitStore {
  return {
    reserveCommit: (companyId, lease, reservation) =>
      withCompany(database, companyId, (tx) => reserveCommit(tx, companyId, { lease, ...reservation })),
    publishCommit: (companyId, lease, publication) =>
      withCompany(database, companyId, (tx) => publishCommit(tx, companyId, { lease, publication })),
    voidCommit: (companyId, commit, reason) =>
      withCompany(database, companyId, async (tx) => {
        if ((await tx.run(COMMIT_VOID, [companyId, commit, reason.slice(0, 200)])) === 0) return;
        await writeOutbox(tx, companyId, "commit_voided", { commit });
      }),
  };
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

async function reserveCommit(tx: Tx, companyId: string, reservation: Reservation): Promise<ReserveOutcome> {
  const { lease, snapshotId } = reservation;
  await tx.rows(COMPANY_LOCK, [companyId]);
  const published = await findPublished(tx, companyId, snapshotId);
  if (published) return published;
  const conflict = await findChainConflict(tx, companyId, reservation);
  if (conflict) return conflict;
  const held = await tx.rows(LEASE_LOCK, [companyId, lease.runId, lease.fencingToken]);
  if (held.length === 0) return { kind: "lease_lost" };

  const [open] = await tx.rows<{ commit: number; snapshot_id: string; received_at: Date }>(COMMIT_OPEN, [
    companyId,
    lease.runId,
  ]);
  if (open?.snapshot_id === snapshotId) return { kind: "reserved", commit: open.commit, receivedAt: open.received_at };
  if (open) await tx.run(COMMIT_VOID, [companyId, open.commit, "another snapshot of the same run"]);
  const [taken] = await tx.rows<{ commit: number; received_at: Date }>(COMMIT_RESERVE, [
    companyId,
    lease.runId,
    snapshotId,
  ]);
  if (!taken) throw new Error("an insert answered no row");
  await writeOutbox(tx, companyId, "commit_reserved", { commit: taken.commit, runId: lease.runId, snapshotId });
  return { kind: "reserved", commit: taken.commit, receivedAt: taken.received_at };
}

interface PublishInput {
  readonly lease: RunLease;
  readonly publication: Publication;
}

async function publishCommit(tx: Tx, companyId: string, { lease, publication }: PublishInput): Promise<PublishOutcome> {
  const { snapshot, commit } = publication;
  const [company] = await tx.rows<{ closure_generation: number }>(COMPANY_LOCK, [companyId]);
  const published = await findPublished(tx, companyId, snapshot.snapshotId);
  if (published) return published;
  const conflict = await findChainConflict(tx, companyId, snapshot);
  if (conflict) return conflict;
  const held = await tx.rows(LEASE_LOCK, [companyId, lease.runId, lease.fencingToken]);
  if (held.length === 0 || !company) return { kind: "lease_lost" };
  const [number] = await tx.rows<{ state: string; snapshot_id: string; received_at: Date }>(COMMIT_LOCK, [
    companyId,
    commit,
    lease.runId,
  ]);
  if (number?.state !== "reserved" || number.snapshot_id !== snapshot.snapshotId) return { kind: "commit_void" };
  const generation = company.closure_generation;
  if (generation !== publication.generation) return { kind: "generation_moved", generation };

  await rescue(tx, companyId, publication.rescuePackIds);
  const outcome = snapshot.counts.gaps === 0 ? "complete" : "complete_with_gaps";
  await writePublication(tx, companyId, { lease, publication, outcome, receivedAt: number.received_at });
  return { kind: "published", commit, receivedAt: number.received_at, outcome };
}

async function findPublished(
  tx: Tx,
  companyId: string,
  snapshotId: string,
): Promise<Extract<ReserveOutcome, { kind: "published" }> | null> {
  const [row] = await tx.rows<{ commit: number; received_at: Date; outcome: RunOutcome }>(COMMIT_OF_SNAPSHOT, [
    companyId,
    snapshotId,
  ]);
  return row ? { kind: "published", commit: row.commit, receivedAt: row.received_at, outcome: row.outcome } : null;
}

/** Sequence and previous hash continue what the agent published last; its row stays locked. */
async function findChainConflict(
  tx: Tx,
  companyId: string,
  chain: Chain,
): Promise<
  { readonly kind: "lease_lost" } | { readonly kind: "sequence_conflict"; readonly lastSequence: number } | null
> {
  const [agent] = await tx.rows<{ last_sequence: number; last_header_hash: Buffer | null; is_revoked: boolean }>(
    AGENT_LOCK,
    [companyId, chain.agentId],
  );
  if (!agent || agent.is_revoked) return { kind: "lease_lost" };
  const previous = agent.last_header_hash ?? NO_HASH;
  const isNext = chain.sequence === agent.last_sequence + 1 && previous.equals(chain.previousHeaderHash);
  return isNext ? null : { kind: "sequence_conflict", lastSequence: agent.last_sequence };
}

/** Within one closure generation a quarantined pack cannot have gone further; that it is live now is checked all the same. */
async function rescue(tx: Tx, companyId: string, rescuePackIds: readonly string[]): Promise<void> {
  if (rescuePackIds.length === 0) return;
  const packIds = rescuePackIds.map(packIdBytes);
  await tx.run(PACKS_RESCUE, [companyId, packIds]);
  const [count] = await tx.rows<{ live: number }>(PACKS_COUNT_LIVE, [companyId, packIds]);
  if (count?.live !== packIds.length) throw new Error("a pack that the snapshot needs could not be rescued");
}

interface PublicationWrite extends PublishInput {
  readonly outcome: "complete" | "complete_with_gaps";
  readonly receivedAt: Date;
}

async function writePublication(tx: Tx, companyId: string, write: PublicationWrite): Promise<void> {
  const { publication, lease, outcome, receivedAt } = write;
  const { snapshot, commit, zoneId, objects } = publication;
  await tx.run(COMMIT_PUBLISH, [companyId, commit]);
  await tx.run(SNAPSHOT_INSERT, snapshotValues(companyId, write));
  await tx.run(SNAPSHOT_OBJECTS_INSERT, [
    companyId,
    commit,
    objects.map((object) => object.objectKey),
    objects.map((object) => object.kind),
    objects.map((object) => object.sizeBytes),
    objects.map((object) => Buffer.from(object.sha256)),
    zoneId,
  ]);
  const closed = Buffer.from(publication.closedPageIds);
  const { machineId, agentId, scope } = snapshot;
  await tx.run(CLOSED_PAGES_PUT, [companyId, machineId, zoneId, scope, closed, publication.generation]);
  await tx.run(RUN_COMPLETE, [companyId, lease.runId, outcome, snapshot.snapshotId]);
  const header = [Buffer.from(snapshot.header), Buffer.from(snapshot.headerHash)];
  await tx.run(AGENT_ADVANCE, [companyId, agentId, snapshot.sequence, ...header]);
  await tx.run(MACHINE_SNAPSHOT, [companyId, machineId, receivedAt]);
  await tx.run(COMPANY_PUBLISHED, [companyId, commit, receivedAt]);
  const { snapshotId, sourceId } = snapshot;
  await closeIncidentsOfSource(tx, companyId, sourceId);
  const rescued = publication.rescuePackIds;
  await writeOutbox(tx, companyId, "snapshot_published", { commit, snapshotId, runId: lease.runId, zoneId, rescued });
}

function snapshotValues(companyId: string, { publication, lease, outcome, receivedAt }: PublicationWrite): unknown[] {
  const snapshot: NewSnapshot = publication.snapshot;
  const { entries, files, bytes, gaps } = snapshot.counts;
  return [
    companyId,
    publication.commit,
    snapshot.snapshotId,
    snapshot.scope,
    snapshot.agentId,
    snapshot.machineId,
    snapshot.sourceId,
    lease.runId,
    publication.zoneId,
    snapshot.sequence,
    Buffer.from(snapshot.headerHash),
    Buffer.from(snapshot.header),
    Buffer.from(snapshot.topPageId),
    Buffer.from(snapshot.changeListId),
    snapshot.epoch,
    snapshot.startedAt,
    snapshot.endedAt,
    receivedAt,
    outcome,
    entries,
    files,
    bytes,
    gaps,
    snapshot.manifestSizeBytes,
    Buffer.from(snapshot.manifestSha256),
  ];
}
