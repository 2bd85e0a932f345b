/** Heartbeats come every minute or so; five may be lost before another run may take the source's place. */
export const RUN_LEASE_MS = 5 * 60 * 1000;

/** The claims of a run's bulk token, as the domain needs them. */
export interface RunIdentity {
  readonly companyId: string;
  readonly agentId: string;
  readonly machineId: string;
  readonly runId: string;
  readonly fencingToken: number;
  readonly zoneId: string;
}
