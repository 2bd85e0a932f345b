import { expect, test } from "vitest";
import type { FolderRow } from "../runtime/protocol/reading-calls.ts";
import { basketCommands, momentCommands, quoteForShell } from "./command-lines.ts";

const place = { machineId: "m", sourceId: "s" };
const row = (path: string): FolderRow => ({
  name: path,
  path,
  steps: [],
  type: "file",
  sizeBytes: 1,
  modifiedAtMs: 0,
  mode: 0o644,
  target: null,
  isSparse: false,
  entriesBelow: 0,
  change: null,
});

test("each snapshot of a basket is one command, with its paths", () => {
  const items = [
    { ...place, snapshotId: "aa", steps: [1] },
    { ...place, snapshotId: "aa", steps: [2, 3] },
    { ...place, snapshotId: "bb", steps: [] },
  ];
  const rows = new Map([
    ["aa/1", row("srv/a.txt")],
    ["aa/2.3", row("srv/it's here")],
  ]);
  expect(basketCommands(items, rows)).toEqual([
    "holdfast restore aa /srv/a.txt '/srv/it'\\''s here' --to restored",
    "holdfast restore bb --to restored",
  ]);
});

test("where a name is not known, or there are too many, no command is shown rather than a wrong one", () => {
  expect(basketCommands([{ ...place, snapshotId: "aa", steps: [1] }], new Map())).toEqual([]);
  const many = Array.from({ length: 21 }, (_, at) => ({ ...place, snapshotId: "aa", steps: [at] }));
  expect(basketCommands(many, new Map(many.map(({ steps }) => [`aa/${steps[0]}`, row(`f${steps[0]}`)])))).toEqual([]);
});

test("bytes that are no text reach the shell as they are", () => {
  expect(quoteForShell("/plain-name.txt")).toBe("/plain-name.txt");
  expect(quoteForShell("/a\xff'b")).toBe("$'/a\\xff\\x27b'");
});

test("the company as of a moment is one command, one machine is none", () => {
  expect(momentCommands(null, 0)).toEqual(["holdfast restore --company --at 1970-01-01T00:00:00.000Z --to restored"]);
  expect(momentCommands("m", 0)).toEqual([]);
});
