import { describe, expect, it } from "vitest";
import { baseNameOf, isSelected, placeName, type Selection, type TakePart, withoutNested } from "./take-part.ts";

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

describe("the name of all of it", () => {
  const part = (receivedAt: Date, selections: readonly Selection[]): TakePart => ({
    snapshotId: receivedAt.toISOString(),
    machineId: "m",
    machineName: "acct-pc",
    sourceId: "s",
    sourceName: "Files 1",
    receivedAtMs: receivedAt.getTime(),
    selections,
  });
  const letters = { path: "home/letters", folder: "", name: "letters" };
  const noon = new Date(2026, 10, 17, 12);
  const evening = new Date(2026, 10, 17, 18, 30);

  it("is the one thing that is chosen, or the machine and its time", () => {
    expect(baseNameOf([part(noon, [letters])])).toBe("letters");
    expect(baseNameOf([part(noon, [letters, { ...letters, path: "home/b", name: "b" }])])).toBe(
      "acct-pc 2026-11-17 12.00",
    );
  });

  it("is that of the newest of several snapshots, whenever it is planned: going on must find the folder again", () => {
    expect(baseNameOf([part(evening, [letters]), part(noon, [letters])])).toBe("restored 2026-11-17 18.30");
  });
});
