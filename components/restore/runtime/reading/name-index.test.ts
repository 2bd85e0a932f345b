import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareBytes } from "../../../../engine/codec/hex.ts";
import { encodeUtf8 } from "../../../../engine/codec/text.ts";
import type { ChangeListForm, ChangeRow } from "../../../../engine/format/change-list.ts";
import { pathHash } from "../../../../engine/ids/chunk-id.ts";
import { nodePrimitives } from "../../../../engine/primitives/node.ts";
import { toReadableText } from "../../../../engine/restore/binary-text.ts";
import { foldName } from "./fold-name.ts";
import { NameIndex } from "./name-index.ts";

const MIB = 1024 * 1024;
const key = new Uint8Array(32).fill(5);

function row(path: string, op: ChangeRow["op"] = "present", sizeBytes = 1): ChangeRow {
  const bytes = encodeUtf8(path);
  return {
    pathHash: pathHash(nodePrimitives, key, bytes),
    op,
    entryType: "file",
    path: bytes,
    sizeBytes,
    mtimeSeconds: 1,
    mtimeNanoseconds: 0,
    contentFingerprint: new Uint8Array(16),
  };
}

function apply(index: NameIndex, list: number, form: ChangeListForm, rows: readonly ChangeRow[]): void {
  index.begin(form);
  for (const one of rows.toSorted((a, b) => compareBytes(a.pathHash, b.pathHash))) index.add(one, list);
  index.end(list);
}

function found(index: NameIndex, text: string): string[] {
  return Array.from(index.search(text), (number) => {
    const { folder, name } = index.get(number);
    return toReadableText(folder === "" ? name : `${folder}/${name}`);
  }).sort();
}

const part = fc.stringMatching(/^[abÄé.]{1,4}$/).filter((name) => name !== "." && name !== "..");
const anyPath = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));

describe("the names of a source", () => {
  it("are found by any part of a name, without regard to case and accents", () => {
    const index = new NameIndex(MIB);
    const paths = ["Pläne/Süd/Été 2025.pdf", "Pläne/Süd/ete.txt", "Pläne", "b"];
    apply(
      index,
      0,
      "baseline",
      paths.map((path) => row(path)),
    );
    expect(found(index, "ETE")).toEqual(["Pläne/Süd/ete.txt", "Pläne/Süd/Été 2025.pdf"].sort());
    expect(found(index, "plane")).toEqual(["Pläne"]);
    expect(found(index, "e 2")).toEqual(["Pläne/Süd/Été 2025.pdf"]);
    expect(found(index, "sud/ete")).toEqual(["Pläne/Süd/ete.txt", "Pläne/Süd/Été 2025.pdf"].sort());
    expect(found(index, "/b")).toEqual(["b"]);
    expect(found(index, "ud/ete.")).toEqual(["Pläne/Süd/ete.txt"]);
    expect(found(index, "")).toEqual([]);
    expect(found(index, "\n")).toEqual([]);
  });

  it("are what a loop over all of them would find", () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyPath, { maxLength: 60 }), fc.stringMatching(/^[abäÉ.]{1,3}$/), (paths, text) => {
        const index = new NameIndex(MIB);
        apply(
          index,
          0,
          "baseline",
          paths.map((path) => row(path)),
        );
        const expected = paths.filter((path) => foldName(path.split("/").at(-1) ?? "").includes(foldName(text)));
        expect(found(index, text)).toEqual(expected.sort());
      }),
    );
  });

  it("are found beyond the first block of names, each once", () => {
    const index = new NameIndex(16 * MIB);
    const paths = Array.from({ length: 10_000 }, (_, at) => `folder ${at % 7}/abab-${at}.txt`);
    apply(
      index,
      0,
      "baseline",
      paths.map((path) => row(path)),
    );
    expect(found(index, "AB")).toEqual(paths.toSorted());
    expect(found(index, "-9999.")).toEqual(["folder 3/abab-9999.txt"]);
  });

  it("say since which list a path is gone, and come back", () => {
    const index = new NameIndex(MIB);
    const goneOf = (path: string) => {
      const [number] = index.search(path);
      return number === undefined ? undefined : index.get(number).goneAt;
    };
    apply(index, 0, "baseline", [row("a"), row("b"), row("c")]);
    apply(index, 1, "delta", [row("b", "gone"), row("d")]);
    apply(index, 2, "merged", [row("b", "gone"), row("d"), row("never", "gone")]);
    expect([goneOf("a"), goneOf("b"), goneOf("d"), goneOf("never")]).toEqual([null, 1, null, undefined]);
    apply(index, 3, "baseline", [row("b", "present", 7), row("c")]);
    expect([goneOf("a"), goneOf("b"), goneOf("c"), goneOf("d")]).toEqual([3, null, null, 3]);
    const [b] = index.search("b");
    expect(index.get(b ?? -1).sizeBytes).toBe(7);
  });

  it("stay within their limit, and say that they are cut", () => {
    const index = new NameIndex(MIB);
    const rows = Array.from({ length: 20_000 }, (_, at) =>
      row(`a folder of its own ${at}/a document with a long name ${at}`),
    );
    apply(index, 0, "baseline", rows);
    expect(index.isCut).toBe(true);
    expect(index.count).toBeGreaterThan(1_000);
    expect(index.sizeBytes).toBeLessThan(3 * MIB);
  });
});
