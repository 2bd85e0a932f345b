import { expect, test } from "vitest";
import { describeUnfinished } from "./unfinished-words.ts";

test("how far it came is counted, and never beyond the end", () => {
  expect(describeUnfinished({ documents: 1284, documentsVerified: 7 })).toBe("7 of 1,284 documents verified");
  expect(describeUnfinished({ documents: 1, documentsVerified: 2 })).toBe("1 of 1 document verified");
});
