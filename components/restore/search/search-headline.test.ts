import { expect, test } from "vitest";
import type { SearchProgress } from "../runtime/protocol/reading-calls.ts";
import { searchHeadline, searchNote } from "./search-headline.ts";

const progress = (change: Partial<SearchProgress>): SearchProgress => ({
  searchId: "s",
  hits: [],
  sourcesDone: 3,
  sources: 6,
  documents: 214_806,
  isDone: false,
  isCut: false,
  isIndexCut: false,
  problems: [],
  ...change,
});

test("what is known is said while lists still load", () => {
  expect(searchHeadline("plan", 0, null)).toBe("Searching");
  expect(searchHeadline("plan", 4, progress({}))).toBe("4 documents so far");
  expect(searchNote(progress({}))).toBe("Searching 3 of 6 sources");
});

test("the end says how many there are, and that there are more than are shown", () => {
  expect(searchHeadline("plan", 1, progress({ isDone: true }))).toBe("1 document");
  expect(searchHeadline("plan", 0, progress({ isDone: true }))).toBe("No document has this name.");
  expect(searchHeadline("plan", 500, progress({ isDone: true, isCut: true }))).toBe("The first 500 documents");
  expect(searchNote(progress({ isDone: true, isCut: true }))).toBe(
    "214,806 names looked through. There are more: type more of the name",
  );
});
