import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareBytes, toHex } from "../../../../engine/codec/hex.ts";
import { encodeUtf8 } from "../../../../engine/codec/text.ts";
import type { TreeEntry } from "../../../../engine/format/tree-entry.ts";
import { fileEntry } from "../../../../engine/tree/testing/page-store.ts";
import { orderFolder } from "./folder-order.ts";

function folder(name: string, listing = 0): TreeEntry {
  const { mode, uid, gid, mtimeSeconds, mtimeNanoseconds, xattrs } = fileEntry(name);
  const pageId = new Uint8Array(32).fill(listing);
  return {
    name: encodeUtf8(name),
    mode,
    uid,
    gid,
    mtimeSeconds,
    mtimeNanoseconds,
    xattrs,
    type: "folder",
    entriesBelow: 1,
    bytesBelow: 1,
    pageId,
  };
}

const inTree = (entries: readonly TreeEntry[]) => entries.toSorted((a, b) => compareBytes(a.name, b.name));
const changes = (entries: readonly TreeEntry[], before: readonly TreeEntry[] | null) =>
  Object.fromEntries(orderFolder(inTree(entries), before && inTree(before)).map(({ name, change }) => [name, change]));

const anyName = fc
  .uint8Array({ minLength: 1, maxLength: 8 })
  .filter((name) => !name.includes(0) && !name.includes(0x2f) && name[0] !== 0x2e);
const anyFolder = fc
  .uniqueArray(fc.record({ name: anyName, sizeBytes: fc.integer({ min: 1, max: 3 }), isFolder: fc.boolean() }), {
    maxLength: 40,
    selector: ({ name }) => toHex(name),
  })
  .map((all) =>
    inTree(
      all.map(({ name, sizeBytes, isFolder }) =>
        isFolder ? { ...folder("x", sizeBytes), name } : fileEntry(name, sizeBytes),
      ),
    ),
  );

describe("a folder as it is shown", () => {
  it("has folders first, then names without regard to case and accents, numbers by their value", () => {
    const entries = ["b10.txt", "B9.txt", "été.txt", "Eta.txt", "a.txt"].map((name) => fileEntry(name));
    const shown = orderFolder(inTree([...entries, folder("zoo"), folder("Äpfel")]), null);
    expect(shown.map(({ name }) => name)).toEqual(["Äpfel", "zoo", "a.txt", "B9.txt", "b10.txt", "Eta.txt", "été.txt"]);
  });

  it("names each entry once, and keeps its position in the tree", () => {
    fc.assert(
      fc.property(anyFolder, (entries) => {
        const shown = orderFolder(entries, null);
        expect(shown.length).toBe(entries.length);
        for (const { entry, position, change } of shown) {
          expect(entries[position]).toBe(entry);
          expect(change).toBeNull();
        }
        const kinds = shown.map(({ entry }) => entry.type === "folder");
        expect(kinds).toEqual(kinds.toSorted((a, b) => Number(b) - Number(a)));
      }),
    );
  });

  it("says what is new, changed and gone, and nothing of what is the same", () => {
    const before = [
      fileEntry("same", 1),
      fileEntry("changed", 1),
      fileEntry("gone", 1),
      folder("below", 1),
      folder("calm", 1),
    ];
    const after = [
      fileEntry("same", 1),
      fileEntry("changed", 2),
      fileEntry("new", 1),
      folder("below", 2),
      folder("calm", 1),
    ];
    expect(changes(after, before)).toEqual({
      same: null,
      changed: "changed",
      gone: "gone",
      new: "new",
      below: "changed",
      calm: null,
    });
    expect(changes(after, null)).toEqual({ same: null, changed: null, new: null, below: null, calm: null });
    expect(Object.values(changes(after, []))).toEqual(after.map(() => "new"));
  });

  it("is the other way round when the snapshots are exchanged", () => {
    const exchanged = { new: "gone", gone: "new", changed: "changed" } as const;
    fc.assert(
      fc.property(anyFolder, anyFolder, (one, other) => {
        const marksOf = (shown: ReturnType<typeof orderFolder>) =>
          shown.map(({ entry, change }) => `${toHex(entry.name)} ${change}`).sort();
        const back = orderFolder(other, one).map((row) => ({ ...row, change: row.change && exchanged[row.change] }));
        expect(marksOf(orderFolder(one, other))).toEqual(marksOf(back));
        for (const { entry, position, change } of orderFolder(one, other)) {
          expect((change === "gone" ? other : one)[position]).toBe(entry);
        }
      }),
    );
  });
});
