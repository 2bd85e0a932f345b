import type { Invariant } from "./violation.ts";

export interface Edit {
  /** From the root of the checkout. */
  readonly file: string;
  /** Stands there once, exactly so. */
  readonly text: string;
  readonly replacement: string;
}

/** A line that protects something, and what the simulator has to find when it is not there. */
export interface Mutation {
  readonly name: string;
  /** The invariant of DESIGN.md section 3 that the line protects. */
  readonly protects: Invariant;
  /** What a seed may show: nearly always the same, but what is broken first is told. */
  readonly shownAs: readonly Invariant[];
  readonly edits: readonly Edit[];
}

const COMMIT = "server/domain/snapshot/commit-snapshot.ts";
const COMMITS = "server/domain/store/memory/memory-commits.ts";
const LEDGER = "server/domain/store/memory/memory-ledger.ts";
const PACKS = "server/domain/store/memory/memory-packs.ts";
const RUNS = "server/domain/store/memory/memory-runs.ts";
const STATE = "server/domain/store/memory/memory-state.ts";
const SWEEPS = "server/domain/store/memory/memory-sweeps.ts";
const ZONES = "server/domain/store/memory/memory-zones.ts";
const DUE = "server/domain/schedule/due-times.ts";
const PLAN_SWEEP = "server/domain/sweep/plan-sweep.ts";
const HOLD = "server/domain/sweep/find-deletion-hold.ts";
const REPLICATE = "server/worker/replication/replicate.ts";
const COPY = "server/worker/replication/copy-object.ts";

const DURABILITY: readonly Mutation[] = [
  {
    name: "a copy is not compared with its hash",
    protects: "3",
    shownAs: ["3"],
    edits: [{ file: COPY, text: `.toString("hex") !== step.sha256) {`, replacement: `.toString("hex") === "") {` }],
  },
  {
    name: "a bad copy is never replaced",
    protects: "11",
    shownAs: ["4", "8", "11"],
    edits: [
      {
        file: "server/zones/put-or-replace-bad.ts",
        text: `const outcome = await zone.replaceBad(key, parts, { sha256: fromHex(promised) });`,
        replacement: `void fromHex;\n    const outcome = "kept" as string;`,
      },
    ],
  },
  {
    name: "a pack counts before it is stored",
    protects: "4",
    shownAs: ["4"],
    edits: [
      {
        file: "server/gateway/store-pack.ts",
        text: `  await putOrReplaceBad({ zone: zone.backup, key, parts: [bytes] });
  return recordPack(deps, run, { packId, sizeBytes: bytes.length, index });`,
        replacement: `  const recorded = await recordPack(deps, run, { packId, sizeBytes: bytes.length, index });
  await putOrReplaceBad({ zone: zone.backup, key, parts: [bytes] });
  return recorded;`,
      },
    ],
  },
  {
    name: "manifest and receipt are not stored before the row",
    protects: "4",
    shownAs: ["4", "5"],
    edits: [
      {
        file: COMMIT,
        text: `await zone.backup.put(objectKey, [bytes], bytes.length, { sha256 });`,
        replacement: `void zone;`,
      },
    ],
  },
  {
    name: "a copy that failed counts as made",
    protects: "4",
    shownAs: ["4"],
    edits: [
      {
        file: REPLICATE,
        text: `if (outcome.kind === "failed") this.waiting += 1;\n        else if`,
        replacement: `if`,
      },
    ],
  },
  {
    name: "a repacked pack is stored in one zone alone",
    protects: "6",
    shownAs: ["4", "6"],
    edits: [
      {
        file: "server/worker/sweep/repack.ts",
        text: `for (const { backup } of deps.zones.all()) {`,
        replacement: `for (const { backup } of deps.zones.all().slice(0, 1)) {`,
      },
    ],
  },
  {
    name: "an expired lease still writes",
    protects: "4",
    shownAs: ["4"],
    edits: [
      {
        file: STATE,
        text: `return run.leaseUntilMs > state.now().getTime() ? run : null;`,
        replacement: `return run;`,
      },
    ],
  },
  {
    name: "a commit does not ask what is missing",
    protects: "5",
    shownAs: ["5"],
    edits: [{ file: COMMIT, text: `if (closure.missingCount === 0) return closure;`, replacement: `return closure;` }],
  },
  {
    name: "a commit counts what is in another zone",
    protects: "5",
    shownAs: ["5"],
    edits: [
      {
        file: PACKS,
        text: `      (pack.state === "live" || pack.state === "quarantined") &&
      isPresent(pack.copies, zoneId) &&`,
        replacement: `      (pack.state === "live" || pack.state === "quarantined") &&`,
      },
    ],
  },
];

const DELETION: readonly Mutation[] = [
  {
    name: "a sweep marks no children",
    protects: "6",
    shownAs: ["6"],
    edits: [{ file: "server/worker/sweep/mark-reached.ts", text: `batches.add(page, children);`, replacement: `` }],
  },
  {
    name: "snapshots are not marked, their pages are",
    protects: "6",
    shownAs: ["6"],
    edits: [
      {
        file: "server/worker/sweep/mark-reached.ts",
        text: `const last = snapshots.at(-1);\n    return last ? { kind: "more", after: last.commit } : { kind: "done" };`,
        replacement: `return { kind: "done" };`,
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
        replacement: `await deleteObjects(options, companyId, toDelete);\n  const outcome = await deps.store.deletePacks(`,
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
        isPresent(pack.copies, zoneId) &&`,
        replacement: `        (pack.state === "live" || pack.state === "quarantined") &&
        isPresent(pack.copies, zoneId) &&`,
      },
    ],
  },
];

const ZONES_AND_TIME: readonly Mutation[] = [
  {
    name: "new runs are pinned to the first zone, also when it is away",
    protects: "8",
    shownAs: ["8"],
    edits: [
      {
        file: "server/zones/open-zones.ts",
        text: `if ((await handle.probe()).isReachable) return handle;`,
        replacement: `return handle;`,
      },
    ],
  },
  {
    name: "a watermark passes what a zone lacks",
    protects: "8",
    shownAs: ["8"],
    edits: [
      {
        file: ZONES,
        text: `return !index.reserved.has(each) && (firstLacking === undefined || packHigh < firstLacking);`,
        replacement: `return packHigh >= 0 && firstLacking !== -1;`,
      },
    ],
  },
  {
    name: "manifests are not copied",
    protects: "8",
    shownAs: ["8"],
    edits: [
      {
        file: "server/worker/replication/plan-replication.ts",
        text: `if (phase === "keys") return { phase: "others", after: "" };`,
        replacement: ``,
      },
    ],
  },
  {
    name: "the number of a commit that failed stays open",
    protects: "8",
    shownAs: ["8", "11"],
    edits: [
      {
        file: RUNS,
        text: `if (commit.runId === run.runId) settleCommit(company, commit, "void");`,
        replacement: `void commit;`,
      },
      {
        file: COMMIT,
        text: `await deps.store.voidCommit(run.companyId, commit, reason).catch(() => undefined);`,
        replacement: `void reason;`,
      },
    ],
  },
  {
    name: "a receipt is dated by the machine's clock",
    protects: "10",
    shownAs: ["10"],
    edits: [
      {
        file: COMMIT,
        text: `receivedAt: receivedAt.toISOString(),`,
        replacement: `receivedAt: checked.snapshot.endedAt.toISOString() || receivedAt.toISOString(),`,
      },
    ],
  },
  {
    name: "a commit number that is asked for again is dated anew",
    protects: "10",
    shownAs: ["10"],
    edits: [
      {
        file: COMMITS,
        text: `return { kind: "reserved", commit: open.commit, receivedAt: open.receivedAt };`,
        replacement: `return { kind: "reserved", commit: open.commit, receivedAt: state.now() };`,
      },
    ],
  },
  {
    name: "a copy is found good whatever its bytes",
    protects: "11",
    shownAs: ["8", "11"],
    edits: [
      {
        file: "server/worker/replication/verify-copy.ts",
        text: `return toHex(hash.digest()) === copy.sha256 ? { kind: "good" } : { kind: "bad", code: "hash_mismatch" };`,
        replacement: `return toHex(hash.digest()) !== "" ? { kind: "good" } : { kind: "bad", code: "hash_mismatch" };`,
      },
    ],
  },
  {
    name: "a copy in doubt counts again unread",
    protects: "11",
    shownAs: ["4", "8", "11"],
    edits: [
      {
        file: "server/worker/replication/check-suspects.ts",
        text: `if (verdict.kind === "bad")`,
        replacement: `if (verdict.kind === "bad" && decided < 0)`,
      },
    ],
  },
  {
    name: "what was read wrong once is never looked at again",
    protects: "11",
    shownAs: ["8", "11"],
    edits: [
      {
        file: REPLICATE,
        text: `if (verdict.kind === "good") {`,
        replacement: `if (verdict.kind === "good" && steps.length < 0) {`,
      },
    ],
  },
];

const COMPANIES_AND_RUNS: readonly Mutation[] = [
  {
    name: "a run may be held by another machine",
    protects: "12",
    shownAs: ["12"],
    edits: [
      {
        file: "server/domain/run/heartbeat-run.ts",
        text: `if (row?.machineId !== machineId) throw leaseLost();`,
        replacement: `if (row === null && machineId === "") throw leaseLost();`,
      },
    ],
  },
  {
    name: "a pack of another company is taken",
    protects: "12",
    shownAs: ["12"],
    edits: [
      {
        file: "server/domain/pack/record-pack.ts",
        text: `if (index.companyId !== run.companyId || index.scope !== 0) {`,
        replacement: `if (index.scope !== 0) {`,
      },
    ],
  },
  {
    name: "chunks of all companies are located",
    protects: "12",
    shownAs: ["12"],
    edits: [
      {
        file: PACKS,
        text: `async locate(companyId, scope, chunkIds) {
      return entriesOf(state.companies.get(companyId), scope, chunkIds)`,
        replacement: `async locate(companyId, scope, chunkIds) {
      const holds = ({ chunks }: CompanyState) => chunkIds.some((id) => chunks.has(scope + "/" + hexOf(id)));
      return entriesOf(companyId ? [...state.companies.values()].find(holds) : undefined, scope, chunkIds)`,
      },
    ],
  },
  {
    name: "runs whose lease has passed go on for ever",
    protects: "ledger",
    shownAs: ["ledger"],
    edits: [
      {
        file: "server/domain/run/end-expired-runs.ts",
        text: `ended.push(...(await store.endExpiredRuns(companyId)));`,
        replacement: `void companyId;`,
      },
    ],
  },
  {
    name: "an interrupted run counts as done",
    protects: "ledger",
    shownAs: ["ledger"],
    edits: [
      {
        file: RUNS,
        text: `if (NO_START_CODES.includes(code)) giveBackExpectedRun`,
        replacement: `if (code === "") giveBackExpectedRun`,
      },
    ],
  },
  {
    name: "two runs of a source are open at once",
    protects: "ledger",
    shownAs: ["ledger"],
    edits: [
      {
        file: RUNS,
        text: `if (run.sourceId === wanted.sourceId) end(`,
        replacement: `if (run.sourceId === "") end(`,
      },
    ],
  },
  {
    name: "what was not begun is dropped without a word",
    protects: "ledger",
    shownAs: ["ledger"],
    edits: [
      {
        file: "server/domain/schedule/keep-ledger.ts",
        text: `const end = verdict === "missed" ?`,
        replacement: `const end = verdict === "missed" && runs.length < 0 ?`,
      },
    ],
  },
  {
    name: "a missed run is caught up again and again",
    protects: "ledger",
    shownAs: ["ledger"],
    edits: [
      { file: LEDGER, text: `index.setExpected(newest, "caught_up");`, replacement: `` },
      {
        file: "server/domain/schedule/plan-start.ts",
        text: `if (due < timedSince(question) || (lastStartAt !== null && lastStartAt >= due)) return false;`,
        replacement: `if (due < timedSince(question) || (lastStartAt !== null && lastStartAt > now)) return false;`,
      },
    ],
  },
  {
    name: "what falls into the gap of a clock change is lost",
    protects: "ledger",
    shownAs: ["ledger"],
    edits: [{ file: DUE, text: `if (isInGap) return new Date(atMs);`, replacement: `void isInGap;` }],
  },
  {
    name: "what a clock shows twice is due twice",
    protects: "ledger",
    shownAs: ["ledger"],
    edits: [
      {
        file: DUE,
        text: `const isRepeated = offsetAfterMs < offsetBeforeMs;`,
        replacement: `const isRepeated = false;`,
      },
    ],
  },
];

/** Each is applied alone, to a copy of the sources. */
export const MUTATIONS: readonly Mutation[] = [...DURABILITY, ...DELETION, ...ZONES_AND_TIME, ...COMPANIES_AND_RUNS];
