import { describe, expect, test } from "vitest";
import { compareBytes, concatBytes } from "../codec/hex.ts";
import { encodeUtf8 } from "../codec/text.ts";
import { type ChangeRow, decodeChangeListPage } from "../format/change-list.ts";
import { pathHash } from "../ids/chunk-id.ts";
import { nodePrimitives } from "../primitives/node.ts";
import type { BuiltPage } from "../tree/built-page.ts";
import { ChangeCollector, type RowSpill, writeChangeList } from "./change-collector.ts";

const chunkIdKey = new Uint8Array(32).fill(3);

class MemorySpill implements RowSpill {
  readonly buckets = new Map<number, Uint8Array>();
  append(bucket: number, bytes: Uint8Array): void {
    this.buckets.set(bucket, concatBytes(this.read(bucket), bytes));
  }
  read(bucket: number): Uint8Array {
    return this.buckets.get(bucket) ?? new Uint8Array(0);
  }
}

function rowOf(path: string, sizeBytes: number): ChangeRow {
  const bytes = encodeUtf8(path);
  return {
    pathHash: pathHash(nodePrimitives, chunkIdKey, bytes),
    op: "present",
    entryType: "file",
    path: bytes,
    sizeBytes,
    mtimeSeconds: 1,
    mtimeNanoseconds: 2,
    contentFingerprint: new Uint8Array(16),
  };
}

function expectSorted(rows: readonly ChangeRow[]): void {
  for (const [at, row] of rows.entries()) {
    const next = rows[at + 1];
    if (next !== undefined) expect(compareBytes(row.pathHash, next.pathHash)).toBeLessThan(0);
  }
}

describe("rows are collected in any order", () => {
  test("they come out sorted by path hash, the last one of a path wins", () => {
    const changes = new ChangeCollector(new MemorySpill());
    for (let number = 0; number < 500; number++) changes.add(rowOf(`path ${number}`, 1));
    changes.add(rowOf("path 77", 2));
    const rows = [...changes.rows()];
    expect(rows).toHaveLength(500);
    expectSorted(rows);
    expect(rows.find((row) => compareBytes(row.path, encodeUtf8("path 77")) === 0)?.sizeBytes).toBe(2);
  });

  test("more than fits into memory goes through the spill and comes out the same", () => {
    const spill = new MemorySpill();
    const changes = new ChangeCollector(spill);
    const long = "long ".repeat(2000);
    for (let number = 0; number < 1500; number++) changes.add(rowOf(`${long}${number % 1000}`, number));
    expect(spill.buckets.size).toBeGreaterThan(0);
    const rows = [...changes.rows()];
    expect(rows).toHaveLength(1000);
    expectSorted(rows);
    expect(rows.every((row) => row.sizeBytes >= 500)).toBe(true);
  });
});

describe("the pages of a change list", () => {
  function write(rows: readonly ChangeRow[], parentId: Uint8Array | null) {
    const pages: BuiltPage[] = [];
    const output = { primitives: nodePrimitives, chunkIdKey, emit: (page: BuiltPage) => pages.push(page) };
    const form = parentId === null ? "baseline" : "delta";
    const writing = writeChangeList(output, rows, { form, parentId });
    let step = writing.next();
    while (!step.done) step = writing.next();
    return { pages, topId: step.value };
  }

  test("the top names its leaves in order, and every page can be read", () => {
    const changes = new ChangeCollector(new MemorySpill());
    for (let number = 0; number < 1200; number++) changes.add(rowOf(`path ${number}`, number));
    const { pages, topId } = write([...changes.rows()], null);
    const top = pages.at(-1);
    expect(top?.id).toEqual(topId);
    const decoded = pages.map((page) => decodeChangeListPage(page.bytes));
    const leaves = decoded.flatMap((page) => (page.type === "change-list-leaf" ? [page] : []));
    expect(leaves.length).toBeGreaterThan(1);
    expect(leaves.flatMap((leaf) => leaf.rows)).toHaveLength(1200);
    expect(top?.childIds).toEqual(pages.slice(0, -1).map((page) => page.id));
  });

  test("a delta of nothing is one page that names its parent", () => {
    const parentId = new Uint8Array(32).fill(8);
    const { pages } = write([], parentId);
    expect(pages).toHaveLength(1);
    expect(pages[0]?.childIds).toEqual([parentId]);
  });
});
