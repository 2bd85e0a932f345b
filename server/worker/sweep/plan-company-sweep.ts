import type { PackTier } from "../../../engine/format/pack-index.ts";
import type { MarkLease } from "../../domain/store/sweep-store.ts";
import { type DeletionHold, findDeletionHold } from "../../domain/sweep/find-deletion-hold.ts";
import { planSweep, type SweepStep } from "../../domain/sweep/plan-sweep.ts";
import { Marker, type MarkProblem, type MarkProgress } from "./mark-reached.ts";
import { readEvidence } from "./read-evidence.ts";
import type { SweepOptions } from "./sweep.ts";

/** Marks of its own, so that a plan never disturbs a sweep, nor a sweep a plan. */
const JOBS: Readonly<Record<PackTier, string>> = { backup: "sweep-plan", archive: "archive-plan" };
const LEASE_MS = 90_000;
const BATCH_PACKS = 500;

export interface CompanySweepPlan {
  /** The round that a sweep begun now would be. */
  readonly round: number;
  /** Why the marking could not be completed: then everything is kept. */
  readonly problem: MarkProblem | null;
  /** Why nothing would be deleted even so. */
  readonly hold: DeletionHold | null;
}

/**
 * Works out what a sweep begun now would do, and changes no pack. Steps are handed over a few hundred at a time, so that memory holds no more.
 * Null when somebody else plans this company.
 */
export async function planCompanySweep(
  options: SweepOptions,
  { companyId, tier }: { readonly companyId: string; readonly tier: PackTier },
  onSteps: (steps: readonly SweepStep[]) => void,
): Promise<CompanySweepPlan | null> {
  const { deps, owner, graceMs, restMs, frameBytes } = options;
  const { store } = deps;
  const job = { companyId, name: JOBS[tier] };
  const taken = await store.takeJob(job, owner, LEASE_MS);
  if (!taken) return null;
  const lease = { jobName: job.name, tier, fencingToken: taken.fencingToken };
  const prolong = (leaseMs: number) => store.saveJob(job, { fencingToken: taken.fencingToken, cursor: null, leaseMs });
  try {
    const begun = await store.beginSweep(companyId, lease, { isPlanOnly: true });
    if (begun === null) return null;
    const marked = await markAll(options, companyId, { lease, prolong });
    if (marked === "lease_lost") return null;
    const view = { ...begun, graceMs, restMs, frameBytes, areMarksComplete: marked === null };
    const states = ["live", "quarantined", "deleting"] as const;
    for (let after = 0; ; ) {
      const packs = await store.listSweepPacks(companyId, lease, { after, limit: BATCH_PACKS, states });
      if (packs === null) return null;
      onSteps(planSweep(packs, view));
      const last = packs.at(-1);
      if (!last || packs.length < BATCH_PACKS) break;
      after = last.packNo;
      await prolong(LEASE_MS);
    }
    const { zones, clock } = await readEvidence(options, companyId);
    const hold = findDeletionHold(zones, clock, await options.controlTerm());
    await clear(options, companyId, lease);
    return { round: begun.round, problem: marked, hold };
  } finally {
    await prolong(0);
  }
}

interface Marking {
  readonly lease: MarkLease;
  readonly prolong: (leaseMs: number) => Promise<boolean>;
}

/** Null when everything that a snapshot reaches is marked. */
async function markAll(
  options: SweepOptions,
  companyId: string,
  { lease, prolong }: Marking,
): Promise<MarkProblem | "lease_lost" | null> {
  await clear(options, companyId, lease);
  const marker = new Marker({ deps: options.deps, companyId, lease });
  for (let phase: "roots" | "pages" = "roots", after = 0; ; ) {
    const progress: MarkProgress = phase === "roots" ? await marker.markRoots(after) : await marker.enterPages();
    if (progress.kind === "stuck") return progress.problem;
    if (progress.kind === "lease_lost" || !(await prolong(LEASE_MS))) return "lease_lost";
    if (progress.kind === "more") after = progress.after;
    else if (phase === "pages") return null;
    else phase = "pages";
  }
}

async function clear({ deps }: SweepOptions, companyId: string, lease: Marking["lease"]): Promise<void> {
  while ((await deps.store.clearMarks(companyId, lease)) === "more");
}
