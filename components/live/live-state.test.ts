import { expect, test } from "vitest";
import { runChangesView } from "../../contracts/live.ts";
import { type RunView, runView } from "../../contracts/runs.ts";
import { applyChanges, BEFORE_FIRST, freshest, loseConnection, openRunsOf } from "./live-state.ts";

const AT = new Date("2026-11-19T12:00:00Z");
const NOW_MS = AT.getTime() - 5_000;

function run(number: number, change: Partial<RunView> = {}): RunView {
  const id = `01000000-0000-7000-8000-${String(number).padStart(12, "0")}`;
  return runView.parse({
    runId: id,
    companyId: id,
    companyName: "Alder & Finch",
    machineId: id,
    machineName: "studio-nas",
    sourceId: id,
    sourceKind: "files",
    sourceOrdinal: 1,
    zoneId: "zone1",
    startedAt: AT,
    endedAt: null,
    outcome: null,
    code: null,
    progress: { files: 0, bytes: 0, storedBytes: 0 },
    snapshotId: null,
    dueAt: null,
    isCatchUp: false,
    attempt: 1,
    ...change,
  });
}

const changes = (isWhole: boolean, runs: readonly RunView[]) =>
  runChangesView.parse({ at: AT, isWhole, runs: [...runs] });
const progressOf = (files: number) => ({ progress: { files, bytes: files, storedBytes: files } });
const ENDED = { endedAt: AT, outcome: "complete" } as const;

test("changes replace what was known of a run, and the server's clock goes with them", () => {
  const first = applyChanges(BEFORE_FIRST, changes(true, [run(1), run(2)]), NOW_MS);
  expect(first).toMatchObject({ connection: { kind: "live" }, clockOffsetMs: 5_000 });
  const next = applyChanges(first, changes(false, [run(2, progressOf(7))]), NOW_MS);
  expect(openRunsOf(next).map((each) => each.progress.files)).toEqual([0, 7]);
  expect(freshest(run(2), next).progress.files).toBe(7);
  expect(freshest(run(3), next)).toEqual(run(3));
});

test("an ended run is known with its outcome, and never goes on again", () => {
  const open = applyChanges(BEFORE_FIRST, changes(true, [run(1)]), NOW_MS);
  const ended = applyChanges(open, changes(false, [run(1, ENDED)]), NOW_MS);
  expect(openRunsOf(ended)).toEqual([]);
  expect(freshest(run(1), ended).outcome).toBe("complete");
  expect(freshest(run(1, ENDED), open).outcome).toBe("complete");
});

test("after a break the whole picture takes the place of what was open", () => {
  const before = applyChanges(BEFORE_FIRST, changes(true, [run(1), run(2)]), NOW_MS);
  const lost = loseConnection(before, 100);
  expect(loseConnection(lost, 200).connection).toEqual({ kind: "lost", sinceMs: 100 });
  const after = applyChanges(lost, changes(true, [run(2)]), NOW_MS);
  expect(after.connection).toEqual({ kind: "live" });
  expect(openRunsOf(after).map((each) => each.runId)).toEqual([run(2).runId]);
});

test("ended runs are forgotten when there are many, open ones never", () => {
  let state = applyChanges(BEFORE_FIRST, changes(true, [run(0)]), NOW_MS);
  for (let number = 1; number <= 300; number++)
    state = applyChanges(state, changes(false, [run(number, ENDED)]), NOW_MS);
  expect(state.runs.size).toBe(201);
  expect(openRunsOf(state).length).toBe(1);
});
