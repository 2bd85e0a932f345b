import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareBytes, toHex } from "../codec/hex.ts";
import { codeOf } from "../codec/testing/mutations.ts";
import { encodeUtf8 } from "../codec/text.ts";
import type { ChunkItem } from "../format/chunk-item.ts";
import type { TreeEntry } from "../format/tree-entry.ts";
import { decodeTreePage } from "../format/tree-page.ts";
import { fileEntry, manyFiles, PageStore } from "./testing/page-store.ts";
import { type BuiltFolder, TreeBuilder } from "./tree-builder.ts";
import { TreeReader } from "./tree-reader.ts";

function buildFolder(store: PageStore, entries: readonly TreeEntry[]): BuiltFolder {
  const folder = new TreeBuilder(store.output).folder();
  for (const entry of entries) folder.add(entry);
  return folder.finish();
}

function folderEntry(name: string, built: BuiltFolder): TreeEntry {
  const { mode, uid, gid, mtimeSeconds, mtimeNanoseconds, xattrs } = fileEntry(name);
  return { name: encodeUtf8(name), mode, uid, gid, mtimeSeconds, mtimeNanoseconds, xattrs, type: "folder", ...built };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function codeOfAsync(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return codeOf(() => {
      throw error;
    });
  }
  return "accepted";
}

describe("a folder", () => {
  it("is read from any position on, and tells the position of each name, by few pages", async () => {
    const store = new PageStore();
    const entries = manyFiles(30_000);
    const built = buildFolder(store, entries);
    const reader = new TreeReader(store.readerOptions);
    expect(await reader.count(built)).toBe(30_000);
    const position = fc.integer({ min: 0, max: 29_999 });
    await fc.assert(
      fc.asyncProperty(position, async (at) => {
        store.fetchedCount = 0;
        const entry = entries[at];
        expect(await reader.at(built, at)).toEqual(entry);
        expect(await reader.locate(built, entry?.name ?? new Uint8Array())).toEqual({ entry, position: at });
        expect(store.fetchedCount).toBeLessThanOrEqual(2 * 2);
        const [first] = await collect(reader.leaves(built, at));
        expect(first?.[0]).toEqual(entry);
      }),
      { numRuns: 20 },
    );
    const from = await collect(reader.leaves(built, 12_345));
    expect(from.flat()).toEqual(entries.slice(12_345));
    expect(await reader.at(built, 30_000)).toBeNull();
    expect(await reader.locate(built, encodeUtf8("file-zzz"))).toBeNull();
  });

  it("of any names is listed as it was built", async () => {
    const names = fc.uniqueArray(
      fc
        .uint8Array({ minLength: 1, maxLength: 12 })
        .filter((name) => !name.includes(0) && !name.includes(0x2f) && name[0] !== 0x2e),
      { maxLength: 300, selector: toHex },
    );
    await fc.assert(
      fc.asyncProperty(names, async (unsorted) => {
        const store = new PageStore();
        const entries = unsorted.sort(compareBytes).map((name) => fileEntry(name));
        const built = buildFolder(store, entries);
        expect(await collect(new TreeReader(store.readerOptions).list(built))).toEqual(entries);
        expect(built).toMatchObject({ entriesBelow: entries.length, bytesBelow: 3 * entries.length });
      }),
      { numRuns: 50 },
    );
  });

  it("that is empty is one page", async () => {
    const store = new PageStore();
    const built = buildFolder(store, []);
    expect(store.pages.size).toBe(1);
    expect(await collect(new TreeReader(store.readerOptions).list(built))).toEqual([]);
  });

  it("of 100,000 files is paged; one file is found by a few pages", async () => {
    const store = new PageStore();
    const entries = manyFiles(100_000);
    const built = buildFolder(store, entries);
    const reader = new TreeReader(store.readerOptions);
    expect(store.pages.size).toBeGreaterThan(100);
    for (const page of store.pages.values()) expect(page.bytes.length).toBeLessThanOrEqual(192 * 1024 + 16);
    expect(await reader.find(built, encodeUtf8("file-00077777"))).toEqual(entries[77_777]);
    expect(await reader.find(built, encodeUtf8("file-0007777x"))).toBeNull();
    expect(await reader.find(built, encodeUtf8("a"))).toBeNull();
    expect(await reader.find(built, encodeUtf8("z"))).toBeNull();
    expect(store.fetchedCount).toBeLessThanOrEqual(8);
    expect(await collect(reader.list(built))).toHaveLength(100_000);
  });

  it("gives the same pages every time, and an added file changes only the pages around it", () => {
    const entries = manyFiles(20_000);
    const [first, second, third] = [new PageStore(), new PageStore(), new PageStore()];
    expect(buildFolder(first, entries).pageId).toEqual(buildFolder(second, entries).pageId);
    buildFolder(third, entries.toSpliced(9_000, 0, fileEntry("file-00008999-added")));
    const changed = [...third.pages.keys()].filter((id) => !first.pages.has(id));
    expect(changed.length).toBeLessThanOrEqual(3);
  });

  it("with huge entries is cut before 192 KiB", () => {
    const store = new PageStore();
    const xattrs = [{ name: encodeUtf8("user.large"), value: new Uint8Array(60_000) }];
    const entries = manyFiles(50).map((entry) => ({ ...entry, xattrs }));
    buildFolder(store, entries);
    const leaves = [...store.pages.values()]
      .map((page) => decodeTreePage(page.bytes))
      .filter((page) => page.type === "directory-leaf");
    expect(leaves.map((leaf) => leaf.entries.length)).toEqual([...new Array(16).fill(3), 2]);
  });

  it("refuses entries out of order", () => {
    const folder = new TreeBuilder(new PageStore().output).folder();
    folder.add(fileEntry("b"));
    expect(codeOf(() => folder.add(fileEntry("a")))).toBe("out_of_order");
    expect(codeOf(() => folder.add(fileEntry("b")))).toBe("out_of_order");
  });
});

describe("a path", () => {
  it("is followed through folders, and counts add up to the root", async () => {
    const store = new PageStore();
    const inner = buildFolder(store, [fileEntry("leaf", 5), fileEntry("more", 7)]);
    const middle = buildFolder(store, [folderEntry("inner", inner), fileEntry("other", 11)]);
    const root = buildFolder(store, [folderEntry("middle", middle)]);
    expect(root).toMatchObject({ entriesBelow: 5, bytesBelow: 23 });
    const reader = new TreeReader(store.readerOptions);
    const sizeOf = async (path: string) => {
      const entry = await reader.lookup(root, encodeUtf8(path));
      return entry?.type === "file" ? entry.sizeBytes : (entry?.type ?? null);
    };
    expect(await sizeOf("middle/inner/leaf")).toBe(5);
    expect(await sizeOf("/middle//inner/")).toBe("folder");
    expect(await sizeOf("middle/other/leaf")).toBeNull();
    expect(await sizeOf("middle/absent")).toBeNull();
  });
});

describe("a chunk list", () => {
  const item = (at: number): ChunkItem =>
    at % 10 === 3
      ? { kind: "hole", sizeBytes: 4096 * (at + 1) }
      : { kind: "content", sizeBytes: 1 + at, chunkId: new Uint8Array(32).fill(at % 256) };

  it("stays inline up to 64 items and is paged beyond", async () => {
    for (const [count, pageCount] of [
      [0, 0],
      [64, 0],
      [65, 1],
      [2_048, 1],
      [2_049, 3],
      [10_000, 6],
    ] as const) {
      const store = new PageStore();
      const list = new TreeBuilder(store.output).chunkList();
      const items = Array.from({ length: count }, (_, at) => item(at));
      for (const each of items) list.add(each);
      const file = { sizeBytes: list.sizeBytes, content: list.finish() };
      expect(store.pages.size).toBe(pageCount);
      expect(await collect(new TreeReader(store.readerOptions).items(file))).toEqual(items);
      const claimed = { ...file, sizeBytes: file.sizeBytes + 1 };
      if (pageCount > 0) {
        expect(await codeOfAsync(collect(new TreeReader(store.readerOptions).items(claimed)))).toBe("bad_index");
      }
    }
  });
});

describe("a tree that was tampered with", () => {
  it("is refused by name: other bytes, another child list, a page of another type", async () => {
    const store = new PageStore();
    const built = buildFolder(store, manyFiles(5_000));
    const top = store.pages.get(toHex(built.pageId));
    const [leafId] = top?.childIds ?? [];
    const leaf = store.pages.get(toHex(leafId ?? new Uint8Array(0)));
    if (top === undefined || leaf === undefined) throw new Error("5,000 files need an index page");
    const list = () => codeOfAsync(collect(new TreeReader(store.readerOptions).list(built)));
    expect(await list()).toBe("accepted");
    store.replace(leaf.id, { bytes: top.bytes });
    expect(await list()).toBe("bad_chunk_id");
    store.replace(leaf.id, { bytes: leaf.bytes, childIds: leaf.childIds.slice(1) });
    expect(await list()).toBe("bad_child_list");
    store.replace(leaf.id, { childIds: leaf.childIds });
    expect(
      await codeOfAsync(
        collect(
          new TreeReader(store.readerOptions).items({ sizeBytes: 1, content: { form: "paged", pageId: leaf.id } }),
        ),
      ),
    ).toBe("bad_page_type");
  });
});
