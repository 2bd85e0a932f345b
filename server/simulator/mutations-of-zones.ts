import type { Mutation } from "./mutation.ts";

const COMMIT = "server/domain/snapshot/commit-snapshot.ts";
const COMMITS = "server/domain/store/memory/memory-commits.ts";
const RUNS = "server/domain/store/memory/memory-runs.ts";
const ZONES = "server/domain/store/memory/memory-zones.ts";
const REPLICATE = "server/worker/replication/replicate.ts";

/** Lines for which each zone has everything, dated by the server, and is healed (invariants 8, 10, 11). */
export const ZONE_MUTATIONS: readonly Mutation[] = [
  {
    name: "new runs are pinned to the first zone, also when it is away",
    protects: "8",
    shownAs: ["8"],
    edits: [
      {
        file: "server/zones/open-zones.ts",
        text: `if ((await handle.probe()).isReachable && (await isWritable(handle.zoneId))) return handle;`,
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
    shownAs: ["6", "8", "11"],
    edits: [
      {
        file: REPLICATE,
        text: `if (verdict.kind === "good") {`,
        replacement: `if (verdict.kind === "good" && steps.length < 0) {`,
      },
    ],
  },
];
