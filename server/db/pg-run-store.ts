import {
  type NewRun,
  NO_START_CODES,
  type RunLease,
  type RunStore,
  type StartOutcome,
} from "../domain/store/run-store.ts";
import { newId } from "../platform/ids.ts";
import { writeAudit, writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { openIncidentsOfFailures } from "./pg-incidents.ts";
import { insertKeyObjects } from "./pg-key-objects.ts";
import { takeExpectedRuns } from "./pg-ledger-store.ts";
import { loadStatement } from "./statement.ts";
import { type Tx, withCompany, withProvider } from "./transaction.ts";

const AGENT_LOCK_SHARE = loadStatement("agent-lock-share");
const SOURCE_LOCK = loadStatement("source-lock");
const SOURCE_INSERT = loadStatement("source-insert");
const SOURCE_CHANGE = loadStatement("source-change");
const RUN_OF_CLIENT = loadStatement("run-of-client");
const RUN_EXTEND = loadStatement("run-extend");
const RUNS_SUPERSEDE = loadStatement("runs-supersede");
const COMPANY_LOCK = loadStatement("company-lock");
const RUNS_COUNT_OPEN = loadStatement("runs-count-open");
const EXPECTED_RUNS_PUT_OFF = loadStatement("expected-runs-put-off");
const RUN_INSERT = loadStatement("run-insert");
const RUN_HEARTBEAT = loadStatement("run-heartbeat");
const RUN_END = loadStatement("run-end");
const RUN_ENDED_AS = loadStatement("run-ended-as");
const RUN_CANCEL = loadStatement("run-cancel");
const RUNS_END_EXPIRED = loadStatement("runs-end-expired");
const EXPIRED = loadStatement("companies-with-expired-runs");
const EXPECTED_RUNS_GIVE_BACK = loadStatement("expected-runs-give-back");
const COMMITS_VOID_OF_RUNS = loadStatement("commits-void-of-runs");

export function createPgRunStore(database: PgDatabase): RunStore {
  return {
    putSource: (companyId, source) => withCompany(database, companyId, (tx) => putSource(tx, companyId, source)),
    startRun: (companyId, run) => withCompany(database, companyId, (tx) => startRun(tx, companyId, run)),
    heartbeatRun: (companyId, lease, { leaseMs, progress }) =>
      withCompany(database, companyId, async (tx) => {
        const values = [companyId, lease.runId, lease.fencingToken, leaseMs];
        const figures = [progress.files, progress.bytes, progress.storedBytes];
        const [row] = await tx.rows<HeldRecord>(RUN_HEARTBEAT, [...values, ...figures]);
        return row
          ? { kind: "held", zoneId: row.zone_id, isCancelled: row.is_cancelled, isOver: row.is_over }
          : { kind: "lease_lost" };
      }),
    endRun: (companyId, lease, end) => withCompany(database, companyId, (tx) => endRun(tx, companyId, lease, end)),
    requestCancel: (companyId, runId, byPersonId) =>
      withCompany(database, companyId, async (tx) => {
        if ((await tx.run(RUN_CANCEL, [companyId, runId])) === 0) return "run_ended";
        await writeAudit(tx, companyId, {
          auditId: newId(),
          personId: byPersonId,
          action: "run_cancel_requested",
          details: { runId },
        });
        await writeOutbox(tx, companyId, "run_cancel_requested", { runId });
        return "requested";
      }),
    endExpiredRuns: (companyId) =>
      withCompany(database, companyId, async (tx) => {
        const rows = await tx.rows<{ run_id: string }>(RUNS_END_EXPIRED, [companyId]);
        const runIds = rows.map((row) => row.run_id);
        if (runIds.length > 0) await recordEnded(tx, companyId, runIds, { outcome: "failed", code: "lease_lost" });
        return runIds;
      }),
    listCompaniesWithExpiredRuns: () =>
      withProvider(database, async (tx) => {
        const rows = await tx.rows<{ company_id: string }>(EXPIRED, []);
        return rows.map((row) => row.company_id);
      }),
  };
}

interface HeldRecord {
  readonly zone_id: string;
  readonly is_cancelled: boolean;
  readonly is_over: boolean;
}

async function putSource(
  tx: Tx,
  companyId: string,
  source: Parameters<RunStore["putSource"]>[1],
): ReturnType<RunStore["putSource"]> {
  const [agent] = await tx.rows<{ machine_id: string }>(AGENT_LOCK_SHARE, [companyId, source.agentId]);
  if (agent?.machine_id !== source.machineId) return "machine_unknown";
  const definition = Buffer.from(source.definition.bytes);
  const { sourceId, machineId, agentId, sourceKind, ordinal, number } = source;
  const values = [companyId, sourceId, machineId, agentId, sourceKind, ordinal, number, definition];
  const isNew = (await tx.run(SOURCE_INSERT, values)) === 1;
  if (!isNew) {
    const [stored] = await tx.rows<StoredSource>(SOURCE_LOCK, [companyId, sourceId]);
    if (stored?.machine_id !== machineId) return "number_conflict";
    if (stored.number === number && stored.definition.equals(definition)) return "stored";
    if (number !== stored.number + 1) return "number_conflict";
    await tx.run(SOURCE_CHANGE, [companyId, sourceId, agentId, number, definition]);
  }
  await insertKeyObjects(tx, companyId, [source.definition], sourceId);
  await writeOutbox(tx, companyId, "source_put", { sourceId, machineId, objectKey: source.definition.objectKey });
  return "stored";
}

interface StoredSource {
  readonly agent_id: string;
  readonly machine_id: string;
  readonly number: number;
  readonly definition: Buffer;
}

/** Company, agent, source, then runs: the order of locks everywhere. Starts of one company wait for each other, so that they can be counted. */
async function startRun(tx: Tx, companyId: string, run: NewRun): Promise<StartOutcome> {
  await tx.rows(COMPANY_LOCK, [companyId]);
  const [agent] = await tx.rows<{ machine_id: string; is_revoked: boolean }>(AGENT_LOCK_SHARE, [
    companyId,
    run.agentId,
  ]);
  if (!agent || agent.is_revoked) return { kind: "agent_revoked" };
  const [source] = await tx.rows<StoredSource>(SOURCE_LOCK, [companyId, run.sourceId]);
  if (source?.machine_id !== run.machineId || agent.machine_id !== run.machineId) return { kind: "source_unknown" };

  const [same] = await tx.rows<{ run_id: string; fencing_token: number; zone_id: string; is_ended: boolean }>(
    RUN_OF_CLIENT,
    [companyId, run.agentId, run.clientRunId],
  );
  if (same?.is_ended) return { kind: "run_ended" };
  if (same) {
    await tx.run(RUN_EXTEND, [companyId, same.run_id, run.leaseMs]);
    return { kind: "started", runId: same.run_id, fencingToken: same.fencing_token, zoneId: same.zone_id };
  }

  const [others] = await tx.rows<{ open: number }>(RUNS_COUNT_OPEN, [companyId, run.sourceId]);
  if ((others?.open ?? 0) > run.maxOtherRuns) {
    await tx.run(EXPECTED_RUNS_PUT_OFF, [companyId, run.sourceId, run.putOffMs]);
    return { kind: "company_busy" };
  }
  const superseded = await tx.rows<{ run_id: string }>(RUNS_SUPERSEDE, [companyId, run.sourceId]);
  const endedIds = superseded.map((row) => row.run_id);
  if (endedIds.length > 0) await recordEnded(tx, companyId, endedIds, { outcome: "failed", code: "superseded" });
  const { runId, clientRunId, agentId, machineId, sourceId, zoneId, leaseMs } = run;
  const { dueAt, isCatchUp, attempt } = await takeExpectedRuns(tx, companyId, sourceId);
  const values = [companyId, runId, clientRunId, agentId, machineId, sourceId, zoneId, leaseMs, dueAt];
  const [inserted] = await tx.rows<{ fencing_token: number }>(RUN_INSERT, [
    ...values,
    isCatchUp,
    attempt,
    dueAt === null ? null : run.mustEndAt,
  ]);
  if (!inserted) throw new Error("an insert answered no row");
  await writeOutbox(tx, companyId, "run_started", { runId, sourceId, machineId, zoneId });
  return { kind: "started", runId, fencingToken: inserted.fencing_token, zoneId };
}

async function endRun(
  tx: Tx,
  companyId: string,
  { runId, fencingToken }: RunLease,
  end: { readonly outcome: "failed" | "cancelled"; readonly code: string },
): Promise<"ended" | "lease_lost"> {
  const values = [companyId, runId, fencingToken, end.outcome];
  if ((await tx.run(RUN_END, [...values, end.code])) === 0) {
    return (await tx.run(RUN_ENDED_AS, values)) === 1 ? "ended" : "lease_lost";
  }
  await recordEnded(tx, companyId, [runId], end);
  return "ended";
}

/** What an ended run leaves behind: its reserved commit number is void, so that watermarks pass it; what it was interrupted in is due as before. */
async function recordEnded(
  tx: Tx,
  companyId: string,
  runIds: readonly string[],
  end: { readonly outcome: string; readonly code: string },
): Promise<void> {
  await tx.run(COMMITS_VOID_OF_RUNS, [companyId, runIds, `run ended: ${end.code}`]);
  if (NO_START_CODES.includes(end.code)) await tx.run(EXPECTED_RUNS_GIVE_BACK, [companyId, runIds]);
  if (end.outcome === "failed") await openIncidentsOfFailures(tx, companyId, { runIds, code: end.code });
  await writeOutbox(tx, companyId, "run_ended", { runIds, outcome: end.outcome, code: end.code });
}
