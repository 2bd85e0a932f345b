import type { Mutation } from "./mutation.ts";

const PACKS = "server/domain/store/memory/memory-packs.ts";
const SWEEPS = "server/domain/store/memory/memory-sweeps.ts";
const PLAN_SWEEP = "server/domain/sweep/plan-sweep.ts";
const HOLD = "server/domain/sweep/find-deletion-hold.ts";

/** Lines that protect what may not be deleted (invariant 6). */
export const DELETION_MUTATIONS: readonly Mutation[] = [
  {
    name: "a sweep marks no children",
    protects: "6",
    shownAs: ["6", "8"],
    edits: [{ file: "server/worker/sweep/mark-reached.ts", text: `batches.add(page, children);`, replacement: `` }],
  },
  {
    name: "snapshots are not marked, their pages are",
    protects: "6",
    shownAs: ["6", "8"],
    edits: [
      {
        file: "server/worker/sweep/mark-reached.ts",
        text: `return failed ?? (last ? { kind: "more", after: last.commit } : { kind: "done" });`,
        replacement: `return failed ?? (last ? { kind: "done" } : { kind: "done" });`,
      },
      {
        file: "server/worker/sweep/mark-reached.ts",
        text: `const BATCH_SNAPSHOTS = 500;`,
        replacement: `const BATCH_SNAPSHOTS = 50;`,
      },
    ],
  },
  {
    name: "objects go before their deletion is decided",
    protects: "6",
    shownAs: ["6"],
    edits: [
      {
        file: "server/worker/sweep/delete-packs.ts",
        text: `const outcome = await deps.store.deletePacks(`,
        replacement: `const early = toDelete.map((pack) => packObjectKey(companyId, pack));\n  await deleteObjects(deps, early);\n  const outcome = await deps.store.deletePacks(`,
      },
    ],
  },
  {
    name: "nothing holds a deletion up",
    protects: "6",
    shownAs: ["6"],
    edits: [
      {
        file: "server/worker/sweep/delete-packs.ts",
        text: `if (hold) return { kind: "held", hold };`,
        replacement: `void hold;`,
      },
    ],
  },
  {
    name: "a clock that jumped does not stop deletions",
    protects: "6",
    shownAs: ["6"],
    edits: [
      { file: HOLD, text: `if (behindHostMs > MAX_DIFFERENCE_MS) {`, replacement: `if (behindHostMs < 0) {` },
      { file: HOLD, text: `if (Math.abs(driftMs) > MAX_DIFFERENCE_MS) {`, replacement: `if (driftMs === -0.5) {` },
    ],
  },
  {
    name: "what an open run was told is deleted",
    protects: "6",
    shownAs: ["6"],
    edits: [
      {
        file: SWEEPS,
        text: `return [...company.index.openRuns].some((run) => run.fencingToken <= token);`,
        replacement: `return token < 0 && company.index.openRuns.size > 0;`,
      },
      { file: PLAN_SWEEP, text: `if (pack.isRunOpen) return { kind: "keep", reason: "run_open" };`, replacement: `` },
      {
        file: PLAN_SWEEP,
        text: `if (pack.ageMs < view.graceMs) return { kind: "keep", reason: "young" };`,
        replacement: ``,
      },
    ],
  },
  {
    name: "a quarantined pack is promised to new runs",
    protects: "6",
    shownAs: ["6"],
    edits: [
      {
        file: PACKS,
        text: `        pack.state === "live" &&
        pack.tier === "backup" &&`,
        replacement: `        (pack.state === "live" || pack.state === "quarantined") &&
        pack.tier === "backup" &&`,
      },
    ],
  },
];
