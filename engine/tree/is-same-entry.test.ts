import { describe, expect, it } from "vitest";
import type { TreeEntry } from "../format/tree-entry.ts";
import { isSameEntry } from "./is-same-entry.ts";
import { fileEntry } from "./testing/page-store.ts";

const id = (fill: number) => new Uint8Array(32).fill(fill);
const base = (({ name, mode, uid, gid, mtimeSeconds, mtimeNanoseconds, xattrs }: TreeEntry) => ({
  name,
  mode,
  uid,
  gid,
  mtimeSeconds,
  mtimeNanoseconds,
  xattrs,
}))(fileEntry("name"));
const hole = { kind: "hole", sizeBytes: 5 } as const;
const chunk = { kind: "content", sizeBytes: 5, chunkId: id(1) } as const;
const inline = (items: readonly (typeof hole | typeof chunk)[]) => ({ form: "inline", items }) as const;

/** Each differs from all others in one thing. */
const different: readonly TreeEntry[] = [
  { ...base, type: "file", sizeBytes: 5, content: inline([chunk]) },
  { ...base, type: "file", sizeBytes: 5, content: inline([{ ...chunk, chunkId: id(2) }]) },
  { ...base, type: "file", sizeBytes: 5, content: inline([hole]) },
  { ...base, type: "file", sizeBytes: 10, content: inline([chunk, hole]) },
  { ...base, type: "file", sizeBytes: 10, content: inline([hole, chunk]) },
  { ...base, type: "file", sizeBytes: 10, content: { form: "paged", pageId: id(3) } },
  { ...base, type: "file", sizeBytes: 10, content: { form: "paged", pageId: id(4) } },
  { ...base, type: "folder", entriesBelow: 1, bytesBelow: 1, pageId: id(5) },
  { ...base, type: "folder", entriesBelow: 1, bytesBelow: 1, pageId: id(6) },
  { ...base, type: "symlink", target: Uint8Array.of(1) },
  { ...base, type: "symlink", target: Uint8Array.of(1, 2) },
  { ...base, type: "fifo" },
  { ...base, type: "socket" },
  { ...base, type: "block-device", major: 1, minor: 2 },
  { ...base, type: "block-device", major: 1, minor: 3 },
  { ...base, type: "character-device", major: 1, minor: 2 },
  { ...base, type: "fifo", mode: 1 },
  { ...base, type: "fifo", uid: 1 },
  { ...base, type: "fifo", gid: 1 },
  { ...base, type: "fifo", mtimeSeconds: 1 },
  { ...base, type: "fifo", mtimeNanoseconds: 7 },
  { ...base, type: "fifo", xattrs: [{ name: Uint8Array.of(1), value: Uint8Array.of(2) }] },
  { ...base, type: "fifo", xattrs: [{ name: Uint8Array.of(1), value: Uint8Array.of(3) }] },
];

describe("two entries of one name", () => {
  it("are the same only when nothing of them differs", () => {
    for (const [at, one] of different.entries()) {
      for (const [other, entry] of different.entries()) {
        expect(isSameEntry(one, structuredClone(entry)), `${at} and ${other}`).toBe(at === other);
      }
    }
  });

  it("are the same when they are further names of other inodes", () => {
    const [one] = different;
    if (one) expect(isSameEntry(one, { ...one, linkId: new Uint8Array(16) })).toBe(true);
  });
});
