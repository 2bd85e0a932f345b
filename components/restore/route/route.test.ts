import { expect, test } from "vitest";
import { formatRoute, parseRoute, routeOfEntry, type VaultRoute } from "./route.ts";

const ROUTES: readonly VaultRoute[] = [
  { kind: "company", atMs: null },
  { kind: "company", atMs: 1_795_000_000_000 },
  { kind: "machine", machineId: "m1", atMs: null },
  { kind: "machine", machineId: "m1", atMs: 5 },
  { kind: "source", machineId: "m1", sourceId: "s1", snapshotId: null, steps: [], document: null },
  { kind: "source", machineId: "m1", sourceId: "s1", snapshotId: "p1", steps: [], document: null },
  { kind: "source", machineId: "m1", sourceId: "s1", snapshotId: "p1", steps: [3, 0, 12], document: null },
  { kind: "source", machineId: "m1", sourceId: "s1", snapshotId: "p1", steps: [3], document: 0 },
  { kind: "source", machineId: "m1", sourceId: "s1", snapshotId: "p1", steps: [], document: 7 },
  { kind: "find" },
  { kind: "basket" },
  { kind: "about" },
  { kind: "restore", restoreId: "r1" },
  { kind: "receipt", restoreId: "r1" },
];

test("every place has an address that leads back to it", () => {
  for (const route of ROUTES) expect(parseRoute(formatRoute(route))).toEqual(route);
});

test("an empty fragment is the company, and what is no address leads nowhere", () => {
  expect(parseRoute("")).toEqual({ kind: "company", atMs: null });
  expect(parseRoute("#")).toEqual({ kind: "company", atMs: null });
  const wrong = ["#/m", "#/m/<b>", "#/m/a/b/c/3.0", "#/m/a/b/c/r.x", "#/m/a/b/c/r/1/2", "#/restore", "#/at/now", "#/x"];
  for (const fragment of wrong) expect(parseRoute(fragment), fragment).toEqual({ kind: "nowhere" });
});

test("a document is shown in its folder", () => {
  const place = { machineId: "m", sourceId: "s" };
  expect(routeOfEntry(place, { snapshotId: "p", steps: [4, 2], isFolder: false })).toMatchObject({
    steps: [4],
    document: 2,
  });
  expect(routeOfEntry(place, { snapshotId: "p", steps: [4, 2], isFolder: true })).toMatchObject({
    steps: [4, 2],
    document: null,
  });
  expect(routeOfEntry(place, { snapshotId: "p", steps: [], isFolder: true })).toMatchObject({
    steps: [],
    document: null,
  });
});
