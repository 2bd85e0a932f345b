import { describe, expect, it } from "vitest";
import { isSelected, placeName, withoutNested } from "./take-part.ts";

describe("what is chosen", () => {
  it("holds everything below it, and nothing beside it", () => {
    const selection = { path: "home/ana", folder: "", name: "ana" };
    expect(["home/ana", "home/ana/a", "home/anabel", "home"].map((path) => isSelected(selection, path))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isSelected({ path: "", folder: "x", name: null }, "anything")).toBe(true);
  });

  it("is taken once when something above it is chosen, too", () => {
    expect(withoutNested(["home/ana/a", "home/ana", "home/bo", "home/bo"])).toEqual(["home/ana", "home/bo"]);
    expect(withoutNested(["home", ""])).toEqual([""]);
  });
});

describe("the name at home", () => {
  it("is the chosen one with what lies below it", () => {
    const selection = { path: "home/ana", folder: "", name: "ana (2)" };
    expect(placeName(selection, "home/ana")).toBe("ana (2)");
    expect(placeName(selection, "home/ana/letters/a.txt")).toBe("ana (2)/letters/a.txt");
  });

  it("keeps the whole path of a machine's snapshot below machine and source", () => {
    expect(placeName({ path: "", folder: "server/Files 1", name: null }, "home/ana")).toBe("server/Files 1/home/ana");
  });

  it("never begins like a drive", () => {
    expect(placeName({ path: "mnt/c:", folder: "", name: "c:" }, "mnt/c:/x")).toBe("c%3A/x");
  });
});
