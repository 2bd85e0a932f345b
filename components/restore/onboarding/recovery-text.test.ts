import { expect, test } from "vitest";
import { nodeRandomness } from "../../../engine/primitives/node.ts";
import { decodeWords, encodeWords } from "../../../engine/primitives/words.ts";
import { groupFingerprint, recoveryText } from "./recovery-text.ts";

test("the file holds all words in their order, so that they open the company again", () => {
  const key = nodeRandomness.bytes(32);
  const text = recoveryText({ companyName: "Brightwater", words: encodeWords(key), rootFingerprint: "ab".repeat(32) });
  const found = [...text.matchAll(/ ?\d{1,2} ([a-z]+)/g)].map(([, word]) => word);
  expect(decodeWords(found.join(" "))).toEqual(key);
  expect(text).toContain("ab".repeat(32));
});

test("a fingerprint is shown in groups of four", () => {
  expect(groupFingerprint("0123456789ab")).toBe("0123 4567 89ab");
});
