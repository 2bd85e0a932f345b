import { describe, expect, it } from "vitest";
import { compareBytes } from "../codec/hex.ts";
import { codeOf } from "../codec/testing/mutations.ts";
import { encodeUtf8 } from "../codec/text.ts";
import type { ChangeListForm, ChangeRow } from "../format/change-list.ts";
import { pathHash } from "../ids/chunk-id.ts";
import { nodePrimitives } from "../primitives/node.ts";
import { ChangeListBuilder } from "./change-list-builder.ts";
import { ChangeListReader } from "./change-list-reader.ts";
import { PageStore } from "./testing/page-store.ts";

const store = new PageStore();
const reader = new ChangeListReader(store.readerOptions);

function row(path: string, sizeBytes: number): ChangeRow {
  return {
    pathHash: hashOf(path),
    op: "present",
    entryType: "file",
    path: encodeUtf8(path),
    sizeBytes,
    mtimeSeconds: 1,
    mtimeNanoseconds: 2,
    contentFingerprint: new Uint8Array(16).fill(sizeBytes % 256),
  };
}

function hashOf(path: string): Uint8Array {
  return pathHash(nodePrimitives, store.chunkIdKey, encodeUtf8(path));
}

function build(form: ChangeListForm, parentId: Uint8Array | null, rows: ChangeRow[]): Uint8Array {
  const builder = new ChangeListBuilder(store.output, { form, parentId });
  for (const each of rows.toSorted((a, b) => compareBytes(a.pathHash, b.pathHash))) builder.add(each);
  return builder.finish();
}

const baseline = build(
  "baseline",
  null,
  Array.from({ length: 20_000 }, (_, at) => row(`home/someone/document-${at}`, at)),
);

describe("a change list", () => {
  it("gives all rows back in order of their path hashes", async () => {
    const top = await reader.top(baseline);
    expect(top.leaves.length).toBeGreaterThan(5);
    let count = 0;
    for await (const rows of reader.rows(top)) {
      for (const each of rows) expect(each.pathHash).toEqual(hashOf(Buffer.from(each.path).toString()));
      count += rows.length;
    }
    expect(count).toBe(20_000);
  });

  it("finds one path by two pages", async () => {
    store.fetchedCount = 0;
    const top = await reader.top(baseline);
    expect(await reader.find(top, hashOf("home/someone/document-777"))).toEqual(row("home/someone/document-777", 777));
    expect(await reader.find(top, hashOf("home/someone/absent"))).toBeNull();
    expect(store.fetchedCount).toBeLessThanOrEqual(3);
  });

  it("refuses rows out of order, a wrong parent, and a tree page in its place", async () => {
    const builder = new ChangeListBuilder(store.output, { form: "baseline", parentId: null });
    builder.add({ ...row("a", 1), pathHash: new Uint8Array(16).fill(2) });
    expect(codeOf(() => builder.add({ ...row("b", 1), pathHash: new Uint8Array(16).fill(1) }))).toBe("out_of_order");
    expect(codeOf(() => build("baseline", baseline, []))).toBe("bad_parent");
    expect(codeOf(() => build("merged", null, []))).toBe("bad_parent");
    const [leaf] = (await reader.top(baseline)).leaves;
    await expect(reader.top(leaf?.pageId ?? baseline)).rejects.toMatchObject({ code: "bad_page_type" });
  });
});
