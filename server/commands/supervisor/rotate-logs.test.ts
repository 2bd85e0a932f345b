import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepLogsShort, rotateLog } from "./rotate-logs.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-logs-"));
  path = join(folder, "child.log");
});
afterEach(() => rm(folder, { recursive: true }));

test("a log that is written all the time stays within twice its limit, and its newest lines are all there", () => {
  const log = openSync(path, "a", 0o640);
  const line = (n: number) => `${String(n).padStart(99, "0")}\n`;
  for (let n = 0; n < 2_000; n += 1) {
    appendFileSync(log, line(n));
    rotateLog(path, 10_000);
    const total = statSync(path).size + (existsSync(`${path}.1`) ? statSync(`${path}.1`).size : 0);
    expect(total).toBeLessThanOrEqual(20_200);
  }
  closeSync(log);
  const kept = readFileSync(`${path}.1`, "utf8") + readFileSync(path, "utf8");
  const first = 2_000 - kept.length / 100;
  expect(kept).toBe(Array.from({ length: kept.length / 100 }, (_, n) => line(first + n)).join(""));
  expect(statSync(`${path}.1`).mode & 0o777).toBe(0o640);
  expect(existsSync(`${path}.1.new`)).toBe(false);
});

test("a short log, and one that is not there, stay as they are", () => {
  rotateLog(path, 10);
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, "short");
  rotateLog(path, 10);
  expect([readFileSync(path, "utf8"), existsSync(`${path}.1`)]).toEqual(["short", false]);
});

test("no link is followed, neither to what is cut nor to what is written", () => {
  const outside = join(folder, "outside");
  writeFileSync(outside, "x".repeat(100));
  symlinkSync(outside, path);
  expect(() => rotateLog(path, 10)).toThrow("ELOOP");
  const other = join(folder, "other.log");
  writeFileSync(other, "y".repeat(100));
  symlinkSync(outside, `${other}.1.new`);
  symlinkSync(outside, `${other}.1`);
  rotateLog(other, 10);
  expect(readFileSync(outside, "utf8")).toBe("x".repeat(100));
  expect(readFileSync(`${other}.1`, "utf8")).toBe("y".repeat(100));
});

test("the log of a process that runs is rotated under it, and the process goes on writing to it", async () => {
  const log = openSync(path, "a");
  const script = `setInterval(() => console.log("x".repeat(199)), 1)`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", log, log] });
  closeSync(log);
  const faults: string[] = [];
  const end = keepLogsShort([path], (message) => faults.push(message), { maxBytes: 5_000, lookMs: 5 });
  try {
    await expect.poll(() => existsSync(`${path}.1`), { timeout: 20_000 }).toBe(true);
    await expect.poll(() => statSync(path).size, { timeout: 20_000 }).toBeGreaterThan(0);
  } finally {
    end();
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  for (const name of [path, `${path}.1`]) {
    for (const line of readFileSync(name, "utf8").split("\n").slice(0, -1)) expect(line).toBe("x".repeat(199));
  }
  expect(faults).toEqual([]);
});
