import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toSafeName, UniqueNames } from "./unique-names.ts";

describe("a safe name", () => {
  it("is one part of a path on any file system", () => {
    expect(toSafeName("a/b\\c:d")).toBe("a_b_c_d");
    expect(toSafeName("..")).toBe("_");
    expect(toSafeName("  report. ")).toBe("report");
    expect(toSafeName("line\nbreak")).toBe("line_break");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        const safe = toSafeName(name);
        expect(safe).not.toMatch(/[/\\:]|^\.+$|^$|[. ]$/);
      }),
    );
  });
});

describe("unique names", () => {
  it("number what comes twice, before the ending and whatever the case", () => {
    const names = new UniqueNames();
    expect(["a.txt", "A.txt", "a.txt", "a (2).txt", "b"].map((name) => names.give(name))).toEqual([
      "a.txt",
      "A (2).txt",
      "a (3).txt",
      "a (2) (2).txt",
      "b",
    ]);
  });
});
