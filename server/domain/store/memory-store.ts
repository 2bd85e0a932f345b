import { createMemoryAccounts } from "./memory/memory-accounts.ts";
import { createMemoryArchive } from "./memory/memory-archive.ts";
import { createMemoryCollectors } from "./memory/memory-collectors.ts";
import { createMemoryCommits } from "./memory/memory-commits.ts";
import { createMemoryIncidents } from "./memory/memory-incidents.ts";
import { createMemoryJobs } from "./memory/memory-jobs.ts";
import { createMemoryKeys } from "./memory/memory-keys.ts";
import { createMemoryLedger } from "./memory/memory-ledger.ts";
import { createMemoryPacks } from "./memory/memory-packs.ts";
import { createMemoryPolicies } from "./memory/memory-policies.ts";
import { createMemoryReads } from "./memory/memory-reads.ts";
import { createMemoryRuns } from "./memory/memory-runs.ts";
import { createMemorySchedules } from "./memory/memory-schedules.ts";
import { createMemoryScrubs } from "./memory/memory-scrubs.ts";
import { emptyState } from "./memory/memory-state.ts";
import { createMemorySweeps } from "./memory/memory-sweeps.ts";
import { createMemoryZones } from "./memory/memory-zones.ts";
import type { Store } from "./store.ts";

/** The Store in memory: for tests and the simulator. `now` stands in place of the database's clock. */
export function createMemoryStore(now: () => Date): Store {
  const state = emptyState(now);
  return {
    ...createMemoryAccounts(state),
    ...createMemoryKeys(state),
    ...createMemoryRuns(state),
    ...createMemorySchedules(state),
    ...createMemoryLedger(state),
    ...createMemoryPacks(state),
    ...createMemoryCommits(state),
    ...createMemoryZones(state),
    ...createMemoryScrubs(state),
    ...createMemoryIncidents(state),
    ...createMemoryJobs(state),
    ...createMemorySweeps(state),
    ...createMemoryArchive(state),
    ...createMemoryCollectors(state),
    ...createMemoryPolicies(state),
    ...createMemoryReads(state),
  };
}
