import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SupervisedProcess } from "./supervised-process.ts";

let folder: string;
let started: SupervisedProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-child-"));
});
afterEach(async () => {
  await started?.stop();
  await rm(folder, { recursive: true });
});

async function makeProcess(script: string, onCrash: (message: string) => void): Promise<SupervisedProcess> {
  const path = join(folder, "child.mjs");
  await writeFile(path, script);
  started = new SupervisedProcess({
    name: "child",
    script: path,
    cwd: folder,
    logFile: join(folder, "child.log"),
    environment: process.env,
    onCrash,
  });
  return started;
}

const READY = 'process.send({ kind: "ready" }); process.once("disconnect", () => process.exit(1));';

test("a process that crashes after it was ready is started again, until it is stopped", async () => {
  const { promise: hasCrashed, resolve } = Promise.withResolvers<string>();
  const child = await makeProcess(`console.log("life"); ${READY} setTimeout(() => process.exit(7), 50);`, resolve);
  await child.start();
  expect(await hasCrashed).toContain("code 7");
  await expect
    .poll(async () => (await readFile(join(folder, "child.log"), "utf8")).split("life").length)
    .toBeGreaterThan(2);
  await child.stop();
});

test("a process that never becomes ready fails with the place of its log", async () => {
  const child = await makeProcess("process.exit(3);", () => undefined);
  await expect(child.start()).rejects.toThrow(join(folder, "child.log"));
});

test("a process is asked to end before it is killed", async () => {
  const said = `process.on("SIGTERM", () => { console.log("bye"); process.exit(0); });`;
  const child = await makeProcess(`${said} ${READY}`, () => undefined);
  await child.start();
  await child.stop();
  expect(await readFile(join(folder, "child.log"), "utf8")).toContain("bye");
});
