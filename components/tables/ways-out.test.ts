import { expect, test } from "vitest";
import { type ListState, readListState } from "./list-state.ts";
import { findWaysOut } from "./ways-out.ts";

const state = (search: Record<string, string>) =>
  readListState("/machines", search, { sorts: ["need"], filters: ["failed"] } as const);

test("an empty list names the part of the question without which there are rows", async () => {
  const asked = state({ q: "acct", state: "failed" });
  const hasRows = async (narrower: ListState) => narrower.filters.length === 0;
  expect(await findWaysOut(asked, [], hasRows)).toEqual([{ word: "Drop the filter", href: "/machines?q=acct" }]);
  const both = await findWaysOut(asked, [], async () => true);
  expect(both.map((way) => way.href)).toEqual(["/machines?state=failed", "/machines?q=acct"]);
});

test("a list with rows, or one that nothing narrows, needs no way out and asks nothing", async () => {
  const never = async (): Promise<boolean> => {
    throw new Error("nothing was to be asked");
  };
  expect(await findWaysOut(state({ q: "a" }), [1], never)).toEqual([]);
  expect(await findWaysOut(state({}), [], never)).toEqual([]);
});
