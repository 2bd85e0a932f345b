import { expect, test } from "vitest";
import { isNarrowed, isPart, listHref, readListState, toggleFilter, toListInput } from "./list-state.ts";

const OPTIONS = { sorts: ["need", "name", "stored"], filters: ["failed", "gaps"] } as const;
const read = (address: string) => {
  const search: Record<string, string[]> = {};
  for (const [name, value] of new URL(address, "http://x").searchParams) {
    search[name] = [...(search[name] ?? []), value];
  }
  return readListState("/companies", search, OPTIONS);
};

test("an address without words is the list in its usual order, from its beginning", () => {
  expect(read("/companies")).toEqual({
    path: "/companies",
    filterName: "state",
    defaultSort: "need",
    sort: "need",
    isDescending: false,
    search: "",
    filters: [],
    cursor: undefined,
  });
});

test("every list has one address, and reading it gives the same list", () => {
  const address = "/companies?sort=name&order=desc&q=bak%C3%A9+%26+co&state=failed&state=gaps&cursor=abc_-";
  expect(listHref(read(address), { cursor: "abc_-" })).toBe(address);
  expect(listHref(read("/companies?state=gaps&state=failed&sort=need&order=asc"), {})).toBe(
    "/companies?state=failed&state=gaps",
  );
});

test("a change of order, search or filter begins at the first page", () => {
  const state = read("/companies?q=a&cursor=xyz");
  expect(listHref(state, { sort: "stored", isDescending: true })).toBe("/companies?sort=stored&order=desc&q=a");
  expect(listHref(state, { search: "" })).toBe("/companies");
  expect(toggleFilter(state, "gaps")).toBe("/companies?q=a&state=gaps");
  expect(toggleFilter(read("/companies?state=gaps&state=failed"), "gaps")).toBe("/companies?state=failed");
});

test("what the list does not know counts as absent", () => {
  const state = read(`/companies?sort=password&order=sideways&state=lost&state=failed&q=${"x".repeat(500)}&cursor=`);
  expect(state).toMatchObject({ sort: "need", isDescending: false, filters: ["failed"], cursor: undefined });
  expect(state.search.length).toBe(254);
  expect(read("/companies?q=%00a%07").search).toBe("a");
});

test("the API is asked for what the address says, and for nothing else", () => {
  expect(toListInput(read("/companies"))).toEqual({ sort: "need", isDescending: false });
  expect(toListInput(read("/companies?sort=name&q=x&cursor=y"))).toEqual({
    sort: "name",
    isDescending: false,
    search: "x",
    cursor: "y",
  });
});

test("an empty list is a part of one when its address leaves something out", () => {
  expect(isPart(read("/companies?sort=name"))).toBe(false);
  expect(isPart(read("/companies?cursor=a"))).toBe(true);
  expect([isPart(read("/companies?q=a")), isNarrowed(read("/companies?q=a"))]).toEqual([true, true]);
  expect(isNarrowed(read("/companies?state=failed"))).toBe(true);
});
