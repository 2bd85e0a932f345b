import type { Mutation } from "./mutation.ts";

const LEDGER = "server/domain/store/memory/memory-ledger.ts";
const PACKS = "server/domain/store/memory/memory-packs.ts";
const RUNS = "server/domain/store/memory/memory-runs.ts";
const DUE = "server/domain/schedule/due-times.ts";

/** Lines that keep companies apart (invariant 12), and the rules of the ledger. */
export const RUN_MUTATIONS: readonly Mutation[] = [
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
