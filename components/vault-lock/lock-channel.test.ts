import { expect, test } from "vitest";
import { longestOpen, parseLockMessage } from "./lock-channel.ts";

test("messages that are none of ours count as absent", () => {
  for (const data of [
    null,
    "locked",
    {},
    { kind: "locked" },
    { kind: "unlocked", tab: "a" },
    { kind: "key", tab: "a" },
    { kind: "idle", minutes: "5" },
  ]) {
    expect(parseLockMessage(data)).toBeNull();
  }
  expect(parseLockMessage({ kind: "unlocked", tab: "a", locksAtMs: 5, key: "x" })).toEqual({
    kind: "unlocked",
    tab: "a",
    locksAtMs: 5,
  });
});

test("the chip shows the vault that stays open longest, and a time that is past counts as locked", () => {
  expect(
    longestOpen(
      new Map([
        ["a", 10],
        ["b", 30],
      ]),
      20,
    ),
  ).toBe(30);
  expect(longestOpen(new Map([["a", 10]]), 20)).toBeNull();
  expect(longestOpen(new Map(), 20)).toBeNull();
});
