import type { JobKey, JobStore } from "../job-store.ts";
import type { MemoryState } from "./memory-state.ts";

export function createMemoryJobs(state: MemoryState): JobStore {
  const keyOf = ({ companyId, name }: JobKey) => `${companyId ?? ""}/${name}`;
  return {
    async takeJob(job, _owner, leaseMs) {
      const nowMs = state.now().getTime();
      const held = state.jobs.get(keyOf(job));
      if (held && held.leaseUntilMs > nowMs) return null;
      const fencingToken = (held?.fencingToken ?? 0) + 1;
      const cursor = held?.cursor ?? null;
      state.jobs.set(keyOf(job), { fencingToken, cursor, leaseUntilMs: nowMs + leaseMs });
      return { fencingToken, cursor };
    },
    async saveJob(job, { fencingToken, cursor, leaseMs }) {
      const held = state.jobs.get(keyOf(job));
      if (held?.fencingToken !== fencingToken || held.leaseUntilMs === 0) return false;
      held.cursor = cursor;
      held.leaseUntilMs = leaseMs === 0 ? 0 : state.now().getTime() + leaseMs;
      return true;
    },
  };
}
