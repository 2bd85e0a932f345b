import type { Mutation } from "./mutation.ts";

const FREEZE = "server/worker/archive/freeze-snapshot.ts";

/** Lines that protect what is frozen (invariants 6 and 7). */
export const AGEING_MUTATIONS: readonly Mutation[] = [
  {
    name: "what is frozen goes before its time",
    protects: "7",
    shownAs: ["7"],
    edits: [
      {
        file: "server/domain/store/memory/memory-archive.ts",
        text: `const isOver = entry.frozen !== null && entry.frozen.retainUntil <= state.now();`,
        replacement: `const isOver = entry.frozen !== null;`,
      },
      {
        file: "server/domain/retention/plan-retention.ts",
        text: `return isOver ? { kind: "expire", reason: "past_retention" }`,
        replacement: `return isOver || !isInBackup ? { kind: "expire", reason: "past_retention" }`,
      },
    ],
  },
  {
    name: "the archive lets go what a hold keeps",
    protects: "7",
    shownAs: ["7"],
    edits: [
      {
        file: "server/domain/store/memory/memory-archive.ts",
        text: `return isOver && entry.archiveExpiredAt === null && !isHeld(company, entry.commit);`,
        replacement: `return isOver && entry.archiveExpiredAt === null;`,
      },
      {
        file: "server/domain/retention/plan-retention.ts",
        text: `if (isHeld) return decideHeld(frozen, now);`,
        replacement: `void isHeld;`,
      },
    ],
  },
  {
    name: "a hold is kept by the database alone",
    protects: "7",
    shownAs: ["7"],
    edits: [
      {
        file: "server/domain/retention/plan-retention.ts",
        text: `return until > frozen.retainUntil`,
        replacement: `return until < frozen.retainUntil`,
      },
    ],
  },
  {
    name: "a snapshot is frozen that the archive does not have",
    protects: "6",
    shownAs: ["6"],
    edits: [
      {
        file: "server/domain/store/memory/memory-marks.ts",
        text: `const isDone = exceptArchived && entries.some(isArchivedWhole);`,
        replacement: `const isDone = exceptArchived && !entries.some(isArchivedWhole);`,
      },
      {
        file: FREEZE,
        text: `return this.#markRoots(this.#marker("archive"), snapshot, { phase: "check" });`,
        replacement: `return { kind: "more", place: { phase: "lock", after: 0 } };`,
      },
    ],
  },
  {
    name: "what is frozen is not locked",
    protects: "7",
    shownAs: ["7"],
    edits: [{ file: FREEZE, text: `await zone.lock(objectKey, until);`, replacement: `void until;` }],
  },
  {
    name: "the newest snapshot of a source leaves",
    protects: "6",
    shownAs: ["6"],
    edits: [
      {
        file: "server/domain/store/memory/memory-archive.ts",
        text: `if (each.snapshot.sourceId === sourceId && each.backupLeftAt === null) return true;`,
        replacement: `if (each.snapshot.sourceId !== sourceId) return true;`,
      },
      {
        file: "server/domain/retention/plan-retention.ts",
        text: `const mustStay = commit === newest?.commit && decision.kind === "leave_backup";`,
        replacement: `const mustStay = commit === newest?.commit && decision.kind === "expire";`,
      },
    ],
  },
];
