import { expect, test } from "vitest";
import type { RestoreProgress } from "../runtime/protocol/restore-calls.ts";
import { percentOf, takeHeadline, takeProof, timeLeft } from "./take-words.ts";

const progress: RestoreProgress = {
  restoreId: "r",
  state: "running",
  way: "zip",
  fileName: "files-01.zip",
  documents: 1284,
  documentsVerified: 806,
  documentsFailed: 0,
  bytes: 1000,
  bytesVerified: 614,
  bytesRead: 500,
  requests: 3,
  packsByZone: {},
  packsReplaced: 0,
  bytesPerSecond: null,
  secondsLeft: null,
  startedAtMs: 0,
  endedAtMs: null,
  notes: [],
  failed: [],
  reason: null,
};

test("the headline counts what is verified, and never calls less than all done", () => {
  expect(takeHeadline(progress)).toBe("Restoring 1,284 documents to this computer");
  expect(takeHeadline({ ...progress, state: "done", documentsVerified: 1284 })).toBe(
    "1,284 of 1,284 documents restored and verified",
  );
  expect(takeHeadline({ ...progress, state: "failed", documentsVerified: 1283 })).toBe(
    "1,283 of 1,284 documents verified, then it failed",
  );
  expect(takeProof({ ...progress, state: "failed", reason: "Both copies are damaged." })).toBe(
    "Both copies are damaged. Your browser marks the download as failed.",
  );
});

test("a hundred per cent is all of it and nothing less", () => {
  expect(percentOf(progress)).toBe(61);
  expect(percentOf({ ...progress, bytesVerified: 1000 })).toBe(99);
  expect(percentOf({ ...progress, bytesVerified: 1000, documentsVerified: 1284 })).toBe(100);
  expect(percentOf({ ...progress, bytes: 0, bytesVerified: 0, documents: 0, documentsVerified: 0 })).toBe(100);
});

test("the time left is in seconds under two minutes and in minutes from there on", () => {
  expect(timeLeft(null)).toBeNull();
  expect(timeLeft(0.2)).toBe("about 1 s left");
  expect(timeLeft(52.4)).toBe("about 52 s left");
  expect(timeLeft(150)).toBe("about 3 min left");
});
