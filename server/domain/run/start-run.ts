import { getCurrentEpoch } from "../../../engine/keys/company-log-state.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import { readCompanyLog } from "../key/company-log.ts";
import type { AgentRow } from "../store/key-store.ts";
import { RUN_LEASE_MS } from "./lease.ts";

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
 * Opens a run, pinned to the first healthy zone. The same `clientRunId` answers the same run while it is open.
 *
 * @throws DomainError `not_found`, `agent_revoked`, `run_ended`; ZoneError `unreachable`
 */
export async function startRun(
  deps: DomainDeps,
  agent: AgentRow,
  { sourceId, clientRunId }: { readonly sourceId: string; readonly clientRunId: string },
): Promise<StartedRun> {
  const { companyId, agentId, machineId } = agent;
  const { zoneId } = await deps.zones.primaryFor(companyId);
  const { epoch } = getCurrentEpoch(await readCompanyLog(deps, companyId), SCOPE);
  const run = { runId: deps.newId(), clientRunId, agentId, machineId, sourceId, zoneId, leaseMs: RUN_LEASE_MS };
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
    case "run_ended":
      throw new DomainError("run_ended", "the run of this clientRunId has ended: start with a new one");
  }
}
