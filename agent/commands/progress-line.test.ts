import { expect, test } from "vitest";
import { newCounters } from "../backup/backup-counters.ts";
import { formatBytes, progressLine } from "./progress-line.ts";

const progress = { ...newCounters(), elapsedMs: 10_000, expected: undefined };

test("bytes are shown in the unit that fits", () => {
  expect(formatBytes(0)).toBe("0 B");
  expect(formatBytes(1023)).toBe("1023 B");
  expect(formatBytes(1536)).toBe("1.5 KiB");
  expect(formatBytes(5 * 1024 ** 4)).toBe("5.0 TiB");
});

test("a first run shows what is known: files, bytes, rate, and what dedupe saved", () => {
  const line = progressLine({ ...progress, files: 12, bytes: 2048, readBytes: 20_480, newBytes: 10_240 });
  expect(line).toBe("12 files, 2.0 KiB, 2.0 KiB/s, dedupe saved 10.0 KiB");
});

test("a later run knows about how much is to come", () => {
  const expected = { files: 100, bytes: 4096 };
  const line = progressLine({ ...progress, files: 50, bytes: 1024, expected });
  expect(line).toContain("[#####---------------]  25 %");
  expect(line).toContain("about 30 s left");
});
