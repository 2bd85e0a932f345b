import { expect, test } from "vitest";
import type { MachinePlace, SnapshotPoint } from "../runtime/protocol/reading-calls.ts";
import { companyHeadline, listCompanyRows } from "./company-rows.ts";

const point = (snapshotId: string, receivedAtMs: number): SnapshotPoint => ({
  snapshotId,
  receivedAtMs,
  outcome: "complete",
  gaps: 0,
  files: 1,
  bytes: 1,
  copies: [],
  isChecked: true,
  problem: null,
});

const place = (name: string, ...sourceIds: string[]) =>
  ({
    machine: { machineId: `m-${name}`, name },
    sources: sourceIds.map((sourceId, at) => ({ sourceId, kind: "files", ordinal: at + 1 })),
  }) as unknown as MachinePlace;

const places = [place("nas", "a", "b"), place("pc", "c"), place("new")];
const snapshots = { a: [point("a1", 10), point("a2", 30)], b: [point("b1", 20)], c: [point("c1", 40)] };

test("each source gives its newest snapshot at or before the moment, and what has none is named", () => {
  const rows = listCompanyRows({ places, snapshots, names: { a: "Projects" }, atMs: 25 });
  expect(rows.map(({ machineName, source, point }) => [machineName, source?.word, point?.snapshotId])).toEqual([
    ["nas", "Projects", "a1"],
    ["nas", "Files 2", "b1"],
    ["pc", "Files 1", undefined],
    ["new", undefined, undefined],
  ]);
  expect(companyHeadline(rows)).toBe("2 of 3 sources had a snapshot");
});

test("now is the newest of each", () => {
  const rows = listCompanyRows({ places, snapshots, names: {}, atMs: null });
  expect(rows.map(({ point }) => point?.snapshotId)).toEqual(["a2", "b1", "c1", undefined]);
  expect(companyHeadline(rows)).toBe("All 3 sources");
  expect(companyHeadline(listCompanyRows({ places, snapshots, names: {}, atMs: 5 }))).toBe(
    "No source had a snapshot yet.",
  );
});
