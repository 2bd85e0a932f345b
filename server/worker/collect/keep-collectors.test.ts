import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMemoryStore } from "../../domain/store/memory-store.ts";
import type { Store } from "../../domain/store/store.ts";
import {
  bytes,
  createEnrolment,
  createScene,
  keyObject,
  newUuid,
  type Scene,
} from "../../domain/testing/store-scene.ts";
import { CollectorKeeper } from "./keep-collectors.ts";
import type { ProgramEnd, ProgramOptions } from "./run-program.ts";

let folder: string;
let store: Store;
let scene: Scene;
let calls: string[][];
let ends: ProgramEnd[];
let inputs: (string | undefined)[];
let keeper: CollectorKeeper;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-collectors-"));
  store = createMemoryStore(() => new Date());
  scene = await createScene(store);
  [calls, ends, inputs] = [[], [], []];
  mkdirSync(join(folder, "hosted", "acme"), { recursive: true });
  writeFileSync(join(folder, "hosted", "acme", "plan.txt"), "plan");
  keeper = newKeeper();
});
afterEach(async () => {
  await keeper.stop();
  rmSync(folder, { recursive: true });
});

/** The place of the agent's program: what it was asked, and what a real one leaves behind. */
async function program(args: readonly string[], { input }: ProgramOptions): Promise<ProgramEnd> {
  calls.push([...args]);
  inputs.push(input);
  const state = args[args.indexOf("--state") + 1] ?? "";
  mkdirSync(join(state, "identity"), { recursive: true });
  const end = ends.shift() ?? null;
  if (end === null && args[0] === "enrol") await enrol(input ?? "");
  return end;
}

function newKeeper(run: typeof program = program): CollectorKeeper {
  const limits = { atOnce: 1, memoryMib: 512, signal: new AbortController().signal };
  const places = { folder: join(folder, "collectors"), roots: [join(folder, "hosted")], ownFolders: [] };
  return new CollectorKeeper({ deps: { store }, ...places, ...limits, log: pino({ level: "silent" }), run });
}

async function enrol(enrolmentId: string): Promise<void> {
  const { companyId } = scene;
  const keys = { signPublicKey: bytes(32), boxPublicKey: bytes(32), certificate: keyObject(companyId, "agent", 0) };
  const agent = { enrolmentId, agentId: newUuid(), machineId: newUuid(), machineName: "Files", ...keys };
  await store.completeEnrolment(companyId, agent);
}

async function propose(name = "acme"): Promise<string> {
  const collectorId = newUuid();
  const path = join(folder, "hosted", name);
  await store.proposeCollector(scene.companyId, { collectorId, name, path, byPersonId: newUuid() });
  return collectorId;
}

async function consent(collectorId: string): Promise<void> {
  const enrolmentId = await createEnrolment(store, scene.companyId);
  await store.consentCollector(scene.companyId, { collectorId, enrolmentId, link: enrolmentId, byPersonId: newUuid() });
}

async function look(): Promise<void> {
  await keeper.look();
  await keeper.idle();
}

const problems = async () => (await store.listCollectors(scene.companyId)).map(({ problem }) => problem);

test("does nothing before the consent, then enrols by the link alone, forgets it, and backs up the folder", async () => {
  const collectorId = await propose();
  await look();
  expect(calls).toEqual([]);
  await consent(collectorId);
  const link = await store.findCollectorLink(scene.companyId, collectorId);
  await look();
  const state = join(folder, "collectors", scene.companyId, collectorId);
  expect(calls).toEqual([["enrol", "-", "--name", "acme", "--state", state]]);
  expect(inputs).toEqual([link]);
  expect(await store.findCollectorLink(scene.companyId, collectorId)).toBeNull();
  await look();
  const path = join(folder, "hosted", "acme");
  expect(calls[1]).toEqual(["backup", path, "--source", "Hosted data", "--state", state]);
});

test("names of what it reads lie in memory alone, and are gone when the worker stops", async () => {
  const collectorId = await propose();
  await consent(collectorId);
  await look();
  const cache = join(folder, "collectors", scene.companyId, collectorId, "cache");
  const inMemory = readlinkSync(cache);
  expect(inMemory).toMatch(/^\/dev\/shm\/holdfast-collectors-/);
  expect(existsSync(inMemory)).toBe(true);
  await keeper.stop();
  expect(existsSync(dirname(inMemory))).toBe(false);
});

test("an identity is destroyed when its collector has ended, and not because a database does not know it", async () => {
  const collectorId = await propose();
  await consent(collectorId);
  await look();
  const state = join(folder, "collectors", scene.companyId, collectorId);
  const foreign = join(folder, "collectors", scene.companyId, newUuid());
  mkdirSync(foreign);
  await store.endCollector(scene.companyId, { collectorId, byPersonId: newUuid() });
  await look();
  expect([existsSync(state), existsSync(foreign)]).toEqual([false, true]);
});

test("a backup that runs is stopped when its collector ends", async () => {
  let wasStopped = false;
  keeper = newKeeper(async (args, options) => {
    if (args[0] === "enrol") return program(args, options);
    await new Promise((resolve) => options.signal.addEventListener("abort", resolve));
    wasStopped = true;
    return "stopped";
  });
  const collectorId = await propose();
  await consent(collectorId);
  await look();
  await keeper.look();
  await store.endCollector(scene.companyId, { collectorId, byPersonId: newUuid() });
  await keeper.look();
  expect(wasStopped).toBe(true);
  expect(existsSync(join(folder, "collectors", scene.companyId, collectorId))).toBe(false);
});

test("what fails is named and rests before it is tried again", async () => {
  await consent(await propose());
  ends = ["portal_unreachable"];
  await look();
  expect(await problems()).toEqual(["portal_unreachable"]);
  await look();
  expect(calls).toHaveLength(1);
});

test("who has to wait for other backups of the company comes again after the same pause each time", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    await consent(await propose());
    await look();
    ends = Array(6).fill("company_busy");
    for (let turn = 1; turn <= 6; turn++) {
      vi.advanceTimersByTime(15_001);
      await look();
      expect(calls).toHaveLength(1 + turn);
      expect(await problems()).toEqual([null]);
    }
  } finally {
    vi.useRealTimers();
  }
});

test("no more of them work at a time than the machine allows", async () => {
  for (const name of ["a", "b", "c"]) {
    mkdirSync(join(folder, "hosted", name));
    writeFileSync(join(folder, "hosted", name, "f"), name);
    await consent(await propose(name));
  }
  let working = 0;
  const most: number[] = [];
  keeper = newKeeper(async (args, options) => {
    most.push(++working);
    // Long enough that the others are looked at meanwhile.
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    working--;
    return program(args, options);
  });
  for (let turn = 0; turn < 3; turn++) await look();
  // Nobody's second turn comes before another's first.
  expect(calls.slice(0, 3).map(([command]) => command)).toEqual(["enrol", "enrol", "enrol"]);
  expect(most.every((atOnce) => atOnce === 1)).toBe(true);
});

test("a folder that is empty, away, or leads out of what may be read is not read", async () => {
  mkdirSync(join(folder, "hosted", "empty"));
  symlinkSync(folder, join(folder, "hosted", "escape"));
  for (const name of ["empty", "escape", "nowhere"]) await consent(await propose(name));
  await look();
  expect((await problems()).toSorted()).toEqual(["path_empty", "path_missing", "path_outside"]);
  expect(calls).toEqual([]);
});
