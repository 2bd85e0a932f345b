import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeOf, mutation, outcomeOf } from "../codec/testing/mutations.ts";
import { childIdsOfChangeListPage, decodeChangeListPage, encodeChangeListPage } from "./change-list.ts";
import { sampleChangeListPages, sampleChangeRow } from "./testing/sample-pages.ts";

const pages = Object.values(sampleChangeListPages());

describe("change-list pages", () => {
  it("of every type come back as they were written", () => {
    for (const page of pages) expect(decodeChangeListPage(encodeChangeListPage(page))).toEqual(page);
  });

  it("that were damaged are refused by name, or are another page in canonical form", () => {
    fc.assert(
      fc.property(fc.constantFrom(...pages.map(encodeChangeListPage)), mutation, (bytes, mutate) => {
        const mutated = mutate(bytes);
        const outcome = outcomeOf(() => decodeChangeListPage(mutated));
        if ("value" in outcome) expect(encodeChangeListPage(outcome.value)).toEqual(mutated);
      }),
      { numRuns: 5_000 },
    );
  });

  it("keep their path hashes strictly ascending", () => {
    const rows = [sampleChangeRow(2, "b"), sampleChangeRow(1, "a")];
    expect(codeOf(() => decodeChangeListPage(encodeChangeListPage({ type: "change-list-leaf", rows })))).toBe(
      "out_of_order",
    );
  });

  it("have a parent unless they are a baseline", () => {
    const parentId = new Uint8Array(32).fill(1);
    const decode = (form: "baseline" | "delta", parent: Uint8Array | null) =>
      codeOf(() =>
        decodeChangeListPage(encodeChangeListPage({ type: "change-list-top", form, parentId: parent, leaves: [] })),
      );
    expect(decode("baseline", null)).toBe("accepted");
    expect(decode("delta", parentId)).toBe("accepted");
    expect(decode("baseline", parentId)).toBe("bad_parent");
    expect(decode("delta", null)).toBe("bad_parent");
  });

  it("reach their leaves, then their parent", () => {
    const { leaf, "top-merged": merged } = sampleChangeListPages();
    if (leaf === undefined || merged === undefined) throw new Error("samples are missing");
    expect(childIdsOfChangeListPage(leaf)).toEqual([]);
    expect(childIdsOfChangeListPage(merged).map((id) => id[0])).toEqual([11, 12, 14]);
  });
});
