import {
  agentEndRunInput,
  agentHeartbeatInput,
  agentHeartbeatView,
  agentHelloView,
  agentPutSourceInput,
  agentRunEndedView,
  agentRunView,
  agentScheduleView,
  agentSourceView,
  agentStartRunInput,
} from "../../contracts/agent.ts";
import { runIdSchema, sourceIdSchema, zoneIdSchema } from "../../contracts/ids.ts";
import { logAfterInput, logPageView } from "../../contracts/keys.ts";
import { AGENT_MIN_VERSION } from "../../contracts/limits.ts";
import { issueBulkToken } from "../auth/bulk-token.ts";
import { getAgentHello } from "../domain/agent/get-agent-hello.ts";
import { listLog } from "../domain/key/company-log.ts";
import { endRun } from "../domain/run/end-run.ts";
import { heartbeatRun } from "../domain/run/heartbeat-run.ts";
import { startRun } from "../domain/run/start-run.ts";
import { planAgentStarts, type SourceStart } from "../domain/schedule/plan-agent-starts.ts";
import { putSource } from "../domain/source/put-source.ts";
import type { AgentRow } from "../domain/store/key-store.ts";
import type { ApiDeps } from "./api-deps.ts";
import { fromBase64, toBase64 } from "./bytes-text.ts";
import { agentProcedure, router } from "./procedures.ts";
import { offeredUpdate } from "./version-handshake.ts";

export const agentRouter = router({
  hello: agentProcedure.output(agentHelloView).query(async ({ ctx: { deps, agent, headers } }) => {
    const hello = await getAgentHello(deps, agent);
    const update = await offeredUpdate(headers, deps.releases);
    return {
      serverTime: await deps.store.getTime(),
      controlTerm: hello.controlTerm,
      minAgentVersion: AGENT_MIN_VERSION,
      logHead: { number: hello.logHead.number, hash: Buffer.from(hello.logHead.hash).toString("hex") },
      lastSequence: hello.lastSequence,
      lastHeader: hello.lastHeader === null ? null : toBase64(hello.lastHeader),
      ...(update !== undefined && { update }),
    };
  }),
  log: agentProcedure
    .input(logAfterInput)
    .output(logPageView)
    .query(async ({ ctx: { deps, agent }, input }) => ({
      statements: (await listLog(deps, agent.companyId, input.after)).map((statement) => toBase64(statement.bytes)),
    })),
  schedule: agentProcedure.output(agentScheduleView).query(async ({ ctx: { deps, agent, headers } }) => {
    const { now, starts } = await planAgentStarts(deps, agent);
    const update = await offeredUpdate(headers, deps.releases);
    return {
      serverTime: now,
      checkAfterMs: checkAfterMs(starts, now),
      ...(update !== undefined && { update }),
      sources: starts.map(({ sourceId, next }) => ({ sourceId: sourceIdSchema.parse(sourceId), next })),
    };
  }),
  putSource: agentProcedure
    .input(agentPutSourceInput)
    .output(agentSourceView)
    .mutation(async ({ ctx: { deps, agent }, input }) => {
      const { sourceId } = await putSource(deps, agent, fromBase64(input.definition));
      return { sourceId: sourceIdSchema.parse(sourceId) };
    }),
  startRun: agentProcedure
    .input(agentStartRunInput)
    .output(agentRunView)
    .mutation(async ({ ctx: { deps, agent }, input }) => {
      const { sourceId, clientRunId } = input;
      const run = await startRun(deps, agent, { sourceId, clientRunId }, deps.companyRunsMax);
      return {
        runId: runIdSchema.parse(run.runId),
        fencingToken: run.fencingToken,
        leaseMs: run.leaseMs,
        beatMs: beatOf(deps, agent),
        zoneId: zoneIdSchema.parse(run.zoneId),
        bulkToken: issueRunToken(deps, agent, run),
        scope: run.scope,
        epoch: run.epoch,
      };
    }),
  heartbeat: agentProcedure
    .input(agentHeartbeatInput)
    .output(agentHeartbeatView)
    .mutation(async ({ ctx: { deps, agent }, input }) => {
      const { runId, fencingToken, progress } = input;
      const held = await heartbeatRun(deps, agent, { runId, fencingToken, progress });
      return {
        leaseMs: held.leaseMs,
        beatMs: beatOf(deps, agent),
        bulkToken: issueRunToken(deps, agent, { runId, fencingToken, zoneId: held.zoneId }),
        isCancelled: held.isCancelled,
        isOver: held.isOver,
      };
    }),
  endRun: agentProcedure
    .input(agentEndRunInput)
    .output(agentRunEndedView)
    .mutation(async ({ ctx: { deps, agent }, input }) => {
      const { runId, fencingToken, outcome, code } = input;
      await endRun(deps, agent, { runId, fencingToken, outcome, code });
      return { runId };
    }),
});

/** How long a change of the schedule may take to reach an agent. */
const CHECK_MS = 60_000;
const SHORTEST_CHECK_MS = 1_000;

function checkAfterMs(starts: readonly SourceStart[], now: Date): number {
  const waits = starts.flatMap(({ next }) => (next === null ? [] : [next.startAt.getTime() - now.getTime()]));
  return Math.max(SHORTEST_CHECK_MS, Math.min(CHECK_MS, ...waits));
}

/** Progress that nobody looks at costs a few statements all the same. */
const BEAT_MS = 15_000;
const WATCHED_BEAT_MS = 1_000;

function beatOf(deps: ApiDeps, { companyId }: AgentRow): number {
  return deps.runFeed.isWatched(companyId) ? WATCHED_BEAT_MS : BEAT_MS;
}

/** Lets the agent write for this run, and read nothing. */
function issueRunToken(
  deps: ApiDeps,
  agent: AgentRow,
  run: { readonly runId: string; readonly fencingToken: number; readonly zoneId: string },
): string {
  const { companyId, agentId, machineId } = agent;
  const { runId, fencingToken, zoneId } = run;
  const grant = { kind: "run" as const, companyId, agentId, machineId, runId, fencingToken, zoneId };
  return issueBulkToken(deps.secret, grant, deps.clock.now()).bulkToken;
}
