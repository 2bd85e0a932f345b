/** A run that has to begin. */
export interface ExpectedRun {
  readonly sourceId: string;
  readonly dueAt: Date;
  /** With jitter and grace: without a start until then it is missed. */
  readonly missedAfter: Date;
}

export interface MachineKey {
  readonly companyId: string;
  readonly machineId: string;
}

export interface OverdueRun extends MachineKey {
  readonly sourceId: string;
  readonly dueAt: Date;
}

/**
 * The ledger of runs that are expected: one row for each source and due time. It waits until a run begins (`startRun`
 * takes it), or is missed, or dropped because the schedule was changed. A missed one is also a run of its own, with
 * outcome `missed`, and caught up by the next run that begins before another is due. A run that is interrupted
 * (`NO_START_CODES`) gives back what it took.
 */
export interface LedgerStore {
  /** Provider-wide: machines with a source that is not paused and has no run ahead that was planned by today's timing. At most 500. */
  listMachinesToPlan(): Promise<readonly MachineKey[]>;
  /**
   * Replaces what was expected ahead of these sources. Due times that are known and not dropped stay as they are; one that
   * a run has begun for meanwhile is taken by it at once.
   */
  expectRuns(companyId: string, sourceIds: readonly string[], runs: readonly ExpectedRun[]): Promise<void>;
  /** Provider-wide: rows that wait for longer than they should, of sources without an open run. At most 500. */
  listOverdueRuns(): Promise<readonly OverdueRun[]>;
  /** Ends a row that waits; as missed with a run of that id. False when it waits no longer. */
  endOverdueRun(
    companyId: string,
    overdue: {
      readonly sourceId: string;
      readonly dueAt: Date;
      readonly end: { readonly kind: "dropped" } | { readonly kind: "missed"; readonly runId: string };
    },
  ): Promise<boolean>;
}
