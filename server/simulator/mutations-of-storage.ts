import type { Mutation } from "./mutation.ts";

const COMMIT = "server/domain/snapshot/commit-snapshot.ts";
const PACKS = "server/domain/store/memory/memory-packs.ts";
const STATE = "server/domain/store/memory/memory-state.ts";
const REPLICATE = "server/worker/replication/replicate.ts";
const COPY = "server/worker/replication/copy-object.ts";

/** Lines that protect what is stored, and what is referenced (invariants 3, 4, 5). */
export const STORAGE_MUTATIONS: readonly Mutation[] = [
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
        file: "server/worker/sweep/assemble-everywhere.ts",
        text: `for (const handle of deps.zones.all()) {`,
        replacement: `for (const handle of deps.zones.all().slice(0, 1)) {`,
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
        text: `      pack.tier === "backup" &&
      isPresent(pack.copies, zoneId) &&
      (kind`,
        replacement: `      pack.tier === "backup" &&
      (kind`,
      },
    ],
  },
];
