import { expect, test, vi } from "vitest";
import { listOwnUnfinished, parseUnfinished } from "./unfinished-entry.ts";

/** Browsers alone have the class. */
class FolderHandle {
  readonly kind = "directory";
}
vi.stubGlobal("FileSystemDirectoryHandle", FolderHandle);

const ana = { companyId: "c-1", personId: "p-ana" };
const entry = (restoreId: string, more: Record<string, unknown> = {}) => ({
  restoreId,
  ...ana,
  scope: { kind: "moment", machineId: null, atMs: 5 },
  folder: new FolderHandle(),
  startedAtMs: 1,
  documents: 20,
  documentsVerified: 7,
  ...more,
});
const ids = (entries: readonly unknown[], running: readonly string[] = []) =>
  listOwnUnfinished(entries, ana, new Set(running)).map(({ restoreId }) => restoreId);

test("the newest stands first, and what runs in some tab is not unfinished", () => {
  const entries = [entry("old"), entry("new", { startedAtMs: 9 }), entry("runs", { startedAtMs: 5 })];
  expect(ids(entries, ["runs"])).toEqual(["new", "old"]);
});

test("nobody is told of the restores of another person or company of the same computer", () => {
  expect(ids([entry("a", { companyId: "c-2" }), entry("b", { personId: "p-bo" }), entry("mine")])).toEqual(["mine"]);
});

test("what is told says neither whose it is nor any name, and what cannot be read is left out", () => {
  const [told] = listOwnUnfinished([entry("a", { path: "/home/ana/letter.txt" })], ana, new Set());
  expect(Object.keys(told ?? {}).sort()).toEqual(
    ["documents", "documentsVerified", "folder", "restoreId", "scope", "startedAtMs"].sort(),
  );
  expect(parseUnfinished(entry("a", { folder: "Documents" }))).toBeNull();
  expect(ids([null, {}, entry("a", { scope: { kind: "basket", items: ["x"] } })])).toEqual([]);
});
