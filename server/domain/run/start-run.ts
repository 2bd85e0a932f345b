import { getCurrentEpoch } from "../../../engine/keys/company-log-state.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import { readCompanyLog } from "../key/company-log.ts";
import { resolveSchedule } from "../schedule/effective-schedule.ts";
import { readMachineSchedules } from "../schedule/machine-schedules.ts";
import { isInside, windowEnd } from "../schedule/window.ts";
import type { AgentRow } from "../store/key-store.ts";
import { chooseZone } from "../zone/choose-zone.ts";
import { RUN_LEASE_MS } from "./lease.ts";

/**
 * Runs of one company that may be open at a time, unless the installation says otherwise. Each holds some of the gateway's upload buffers and a share of the
 * zone's bandwidth: 64 machines that are due at noon would all take four times as long, and finish none before the first could have.
 */
export const COMPANY_RUNS_MAX = 16;
/** When a run that was refused may come again; the agent adds up to half of it. */
export const BUSY_RETRY_MS = 30_000;
/** An agent that was told to wait has been heard of: its run is not missed before it could have come again a few times. */
const PUT_OFF_MS = 5 * BUSY_RETRY_MS;

/** The one key scope of version 1. */
const SCOPE = 0;

export interface StartedRun {
  readonly runId: string;
  readonly fencingToken: number;
  readonly leaseMs: number;
  /** The zone that the run writes to until it ends. */
  readonly zoneId: string;
  readonly scope: number;
  readonly epoch: number;
}

/**
 * Opens a run, pinned to a zone (`chooseZone`). The same `clientRunId` answers the same run while it is open.
 *
 * @throws DomainError `not_found`, `agent_revoked`, `run_ended`, `company_busy` (with `retryAfterMs`); ZoneError `unreachable`
 */
export async function startRun(
  deps: DomainDeps,
  agent: AgentRow,
  { sourceId, clientRunId }: { readonly sourceId: string; readonly clientRunId: string },
  companyRunsMax = COMPANY_RUNS_MAX,
): Promise<StartedRun> {
  const { companyId, agentId, machineId } = agent;
  const { zoneId } = await chooseZone(deps, companyId);
  const { epoch } = getCurrentEpoch(await readCompanyLog(deps, companyId), SCOPE);
  const ids = { runId: deps.newId(), clientRunId, agentId, machineId, sourceId };
  const mustEndAt = await findEnd(deps, agent, sourceId);
  const bounds = { mustEndAt, leaseMs: RUN_LEASE_MS, maxOtherRuns: companyRunsMax - 1, putOffMs: PUT_OFF_MS };
  const run = { ...ids, zoneId, ...bounds };
  const outcome = await deps.store.startRun(companyId, run);
  switch (outcome.kind) {
    case "started": {
      const { runId, fencingToken } = outcome;
      return { runId, fencingToken, leaseMs: RUN_LEASE_MS, zoneId: outcome.zoneId, scope: SCOPE, epoch };
    }
    case "source_unknown":
      throw new DomainError("not_found", "this machine has no such source: put its definition first");
    case "agent_revoked":
      throw new DomainError("agent_revoked", "an owner has revoked this agent: enrol the machine again");
    case "company_busy": {
      const runs = companyRunsMax === 1 ? "another backup" : `${companyRunsMax} backups`;
      const message = `the company runs ${runs} already, as many as may run at a time; come again in ${BUSY_RETRY_MS / 1000} s`;
      throw new DomainError("company_busy", message, { retryAfterMs: BUSY_RETRY_MS });
    }
    case "run_ended":
      throw new DomainError("run_ended", "the run of this clientRunId has ended: start with a new one");
  }
}

/** When the window ends that a backup begins in, where its schedule ends what runs then. Whoever begins outside was asked to by a person. */
async function findEnd(
  deps: Pick<DomainDeps, "store">,
  { companyId, machineId }: AgentRow,
  sourceId: string,
): Promise<Date | null> {
  const { sources } = await readMachineSchedules(deps, companyId, machineId);
  const layered = sources.find(({ source }) => source.sourceId === sourceId);
  if (layered === undefined) return null;
  const { window, timing } = resolveSchedule(layered.layers);
  const now = await deps.store.getTime();
  if (window?.endsRuns !== true || !isInside(window, timing.timeZone, now)) return null;
  return windowEnd(window, timing.timeZone, now);
}
