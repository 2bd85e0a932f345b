import { type ChildProcess, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readLines } from "../testing/sample-release.ts";

const scripts = join(import.meta.dirname, "../../deploy/agent");
let root: string;
let keep: ChildProcess | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "holdfast-keep-"));
  mkdirSync(join(root, "bin"));
  for (const name of ["keep", "holdfast"]) copyFileSync(join(scripts, name), join(root, "bin", name));
  symlinkSync("versions/old", join(root, "current"));
});
afterEach(async () => {
  keep?.kill("SIGTERM");
  await ended(keep);
  rmSync(root, { recursive: true, force: true });
});

/** A version whose program is a shell script; each start is noted as a line of `starts`. */
function addVersion(name: string, program: string): void {
  const folder = join(root, "versions", name, "bin");
  mkdirSync(folder, { recursive: true });
  const script = `#!/bin/sh\nroot=${root}\necho ${name} >>"$root/starts"\n${program}\n`;
  writeFileSync(join(folder, "node"), script, { mode: 0o755 });
}

function startKeep(patienceSeconds = 60): void {
  const env = { ...process.env, HOLDFAST_KEEP_PAUSE: "0", HOLDFAST_TRIAL_PAUSE: "0" };
  keep = spawn(join(root, "bin", "keep"), ["--state", root], {
    env: { ...env, HOLDFAST_TRIAL_PATIENCE: String(patienceSeconds) },
    stdio: "ignore",
  });
}

function ended(child: ChildProcess | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
  });
}

const starts = () => (existsSync(join(root, "starts")) ? readLines(join(root, "starts")) : []);
const current = () => readlinkSync(join(root, "current"));
const until = (isSo: () => boolean) => expect.poll(isSo, { timeout: 30_000, interval: 20 }).toBe(true);

test("a version on trial that ends three times is taken back, and noted", async () => {
  addVersion("old", "exec sleep 600");
  addVersion("new", "exit 1");
  rmSync(join(root, "current"));
  symlinkSync("versions/new", join(root, "current"));
  writeFileSync(join(root, "trial"), "new old 0\n");
  startKeep();
  await until(() => starts().includes("old"));
  expect(starts()).toEqual(["new", "new", "new", "old"]);
  expect(current()).toBe("versions/old");
  expect(readLines(join(root, "failed"))).toEqual(["new"]);
  expect(existsSync(join(root, "trial"))).toBe(false);
});

test("a version on trial that hangs is ended, and taken back", async () => {
  addVersion("old", "exec sleep 600");
  addVersion("new", "exec sleep 600");
  rmSync(join(root, "current"));
  symlinkSync("versions/new", join(root, "current"));
  writeFileSync(join(root, "trial"), "new old 2\n");
  startKeep(1);
  await until(() => starts().includes("old"));
  expect(starts()).toEqual(["new", "old"]);
});

test("one that has proven itself is never taken back, however often it ends", async () => {
  addVersion("old", "exit 1");
  addVersion("new", 'rm -f "$root/trial"; exit 1');
  rmSync(join(root, "current"));
  symlinkSync("versions/new", join(root, "current"));
  writeFileSync(join(root, "trial"), "new old 0\n");
  startKeep();
  await until(() => starts().length >= 6);
  expect(new Set(starts())).toEqual(new Set(["new"]));
  expect(existsSync(join(root, "failed"))).toBe(false);
});

test("the agent hears of the stop, and has the time to end", async () => {
  addVersion(
    "old",
    'trap \'echo told >>"$root/told"; exit 0\' TERM; echo up >"$root/up"; while :; do sleep 0.05; done',
  );
  startKeep();
  await until(() => existsSync(join(root, "up")));
  keep?.kill("SIGTERM");
  await ended(keep);
  expect(readFileSync(join(root, "told"), "utf8")).toBe("told\n");
  expect(starts()).toEqual(["old"]);
  expect(existsSync(join(root, "keep.pid"))).toBe(false);
});
