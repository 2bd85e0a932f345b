import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteWriter } from "../codec/byte-writer.ts";
import { codeOf, mutation, outcomeOf } from "../codec/testing/mutations.ts";
import { encodeUtf8 } from "../codec/text.ts";
import { sampleEntries, sampleTreePages } from "./testing/sample-pages.ts";
import { encodeTreeEntry, type TreeEntry } from "./tree-entry.ts";
import { childIdsOfTreePage, decodeTreePage, encodeTreePage } from "./tree-page.ts";

const [template] = sampleEntries();

/** A leaf as a forger would write it: bytes of entries, without the encoder's own checks. */
function forgedLeaf(...names: string[]): Uint8Array {
  const writer = new ByteWriter().u8(1).varint(names.length);
  for (const name of names) {
    writer.bytes(encodeUtf8(name)).u8(4).u8(0).varint(0).varint(0).varint(0).zigzag(0).varint(0);
  }
  return writer.finish();
}

describe("tree pages", () => {
  it("of every type come back as they were written", () => {
    for (const page of Object.values(sampleTreePages())) expect(decodeTreePage(encodeTreePage(page))).toEqual(page);
  });

  it("that were damaged are refused by name, or are another page in canonical form", () => {
    const pages = Object.values(sampleTreePages()).map(encodeTreePage);
    fc.assert(
      fc.property(fc.constantFrom(...pages), mutation, (bytes, mutate) => {
        const mutated = mutate(bytes);
        const outcome = outcomeOf(() => decodeTreePage(mutated));
        if ("value" in outcome) expect(encodeTreePage(outcome.value)).toEqual(mutated);
      }),
      { numRuns: 5_000 },
    );
  });

  it("that are noise are refused without a hang", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 4 }), (noise, type) => {
        outcomeOf(() => decodeTreePage(Uint8Array.of(type, ...noise)));
      }),
      { numRuns: 2_000 },
    );
  });

  it("never carry a name that leaves its folder", () => {
    for (const name of ["", ".", "..", "../x", "a/b", "/", "a\0b"]) {
      expect(codeOf(() => decodeTreePage(forgedLeaf(name, "zz")))).toBe("bad_name");
    }
    expect(codeOf(() => decodeTreePage(forgedLeaf("...")))).toBe("accepted");
    const entry: TreeEntry = { ...(template as TreeEntry), name: encodeUtf8("..") };
    expect(codeOf(() => encodeTreeEntry(new ByteWriter(), entry))).toBe("bad_name");
  });

  it("keep their names strictly ascending", () => {
    expect(codeOf(() => decodeTreePage(forgedLeaf("a", "b")))).toBe("accepted");
    expect(codeOf(() => decodeTreePage(forgedLeaf("b", "a")))).toBe("out_of_order");
    expect(codeOf(() => decodeTreePage(forgedLeaf("a", "a")))).toBe("out_of_order");
  });

  it("announce no more rows than they hold", () => {
    const claims = [1, 2, 3, 4].map((type) => new ByteWriter().u8(type).varint(100_000).finish());
    for (const claim of claims) expect(codeOf(() => decodeTreePage(claim))).toBe("truncated");
    expect(codeOf(() => decodeTreePage(Uint8Array.of(9, 0)))).toBe("bad_page_type");
    expect(codeOf(() => decodeTreePage(new Uint8Array(4 * 1024 * 1024 + 1)))).toBe("too_long");
  });

  it("refuse a file whose items do not cover its size", () => {
    const item = { kind: "hole" as const, sizeBytes: 10 };
    const file: TreeEntry = {
      ...(template as TreeEntry),
      type: "file",
      sizeBytes: 11,
      content: { form: "inline", items: [item] },
    };
    expect(codeOf(() => encodeTreeEntry(new ByteWriter(), file))).toBe("bad_cover");
  });

  it("name their children in order of first appearance, once each", () => {
    const pages = sampleTreePages();
    const firstBytes = (name: string) =>
      childIdsOfTreePage(pages[name] ?? { type: "directory-leaf", entries: [] }).map((id) => id[0]);
    expect(firstBytes("directory-leaf")).toEqual([1, 2, 4, 5]);
    expect(firstBytes("directory-index")).toEqual([6, 7]);
    expect(firstBytes("chunk-list-leaf")).toEqual([8]);
    expect(firstBytes("chunk-list-index")).toEqual([9, 10]);
    expect(firstBytes("directory-leaf-empty")).toEqual([]);
  });
});
