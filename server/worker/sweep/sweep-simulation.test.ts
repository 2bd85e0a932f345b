import { describe, expect, test } from "vitest";
import { toHex } from "../../../engine/codec/hex.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import { runDirectoriesOf } from "../../domain/pack/run-directories.ts";
import { endExpiredRuns } from "../../domain/run/end-expired-runs.ts";
import { createMemoryStore } from "../../domain/store/memory-store.ts";
import type { Store } from "../../domain/store/store.ts";
import {
  createDomainScene,
  type DomainScene,
  enrolTestAgent,
  openTestRun,
  sendPack,
  type TestAgent,
  type TestRun,
} from "../../domain/testing/domain-scene.ts";
import type { ZoneHandle } from "../../domain/zone/zone-set.ts";
import { DriftWatch } from "./read-evidence.ts";
import { sweep } from "./sweep.ts";
import {
  type Chain,
  commitTree,
  contentFrames,
  copyTo,
  endTestRun,
  expectWholeIn,
  idsOf,
  listPackIds,
  newChain,
  newId32,
  newTree,
  pageFrames,
  sweepOptionsOf,
  sweepWhole,
  type TestTree,
  writeTerm,
} from "./testing/sweep-world.ts";

/** `npm run prove` runs many; the rest of the time a few say that nothing is broken outright. */
const SEEDS = process.env.HOLDFAST_PROVE ? 400 : 12;
const TURNS = 60;
/** Longer than the lease of a step that died. */
const LEASE_PASSED_MS = 100_000;

/** The end of the process that sweeps, in the middle of a call. */
class Crash extends Error {}

interface Machine {
  readonly agent: TestAgent;
  readonly chain: Chain;
  run: TestRun | null;
  /** What the open run may build on: it sent it, or it was told that it is there. */
  usable: Uint8Array[];
}

/** Real use cases, the real sweep and replication over the store in memory; what happens next is drawn by the seed. */
class Simulation {
  readonly #random: () => number;
  readonly #machines: Machine[] = [];
  /** The plain model: what each published snapshot reaches. */
  readonly #published: TestTree[] = [];
  readonly #everSent: Uint8Array[] = [];
  /** From now on it goes its own way: links and certificates of the scene count from the real time. */
  #nowMs = Date.now();
  readonly #store: Store;
  #scene: DomainScene | null = null;
  #isZoneAway = false;
  /** Calls of a sweep run side by side; a machine does one thing after the other. */
  #isActing = false;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#store = createMemoryStore(() => new Date(this.#nowMs));
  }

  get scene(): DomainScene {
    if (!this.#scene) throw new Error("not begun");
    return this.#scene;
  }

  async begin(): Promise<void> {
    this.#scene = await createDomainScene(this.#store);
    for (const { backup } of this.scene.deps.zones.all()) await writeTerm(backup);
    for (let count = 0; count < 2; count++) {
      this.#machines.push({ agent: await enrolTestAgent(this.scene), chain: newChain(), run: null, usable: [] });
    }
  }

  async turn(): Promise<void> {
    this.#nowMs += this.#below(20_000);
    const draw = this.#random();
    if (draw < 0.3) await this.#sweepStep();
    else if (draw < 0.4) await copyTo(this.scene, this.#store, "zone2");
    else if (draw < 0.45) await endExpiredRuns(this.scene.deps);
    else if (draw < 0.48) this.#isZoneAway = !this.#isZoneAway;
    else await this.#act();
    await this.expectNothingLost();
  }

  /** All ends well: everybody stops, and what nobody needs goes. */
  async settle(): Promise<void> {
    this.#isZoneAway = false;
    this.#nowMs += 10 * LEASE_PASSED_MS;
    await endExpiredRuns(this.scene.deps);
    await copyTo(this.scene, this.#store, "zone2");
    for (let round = 0; round < 4; round++) {
      this.#nowMs += LEASE_PASSED_MS;
      const { held } = await sweepWhole(this.#options(this.#store), this.companyId);
      expect(held).toBeNull();
      await this.expectNothingLost();
    }
    const needed = new Set(this.#published.flatMap((tree) => idsOf(tree).map(toHex)));
    for (const zone of this.scene.deps.zones.all()) {
      await expectWholeIn(zone, this.companyId, this.#published);
      for (const packId of await listPackIds(zone, this.companyId)) {
        const pack = await this.#store.findPack(this.companyId, packId);
        // An object whose process died before it was counted stays: no row says that it is there.
        if (pack) expect(pack.state, `pack ${packId} in ${zone.zoneId}`).toBe("live");
      }
    }
    const useless = this.#everSent.filter((id) => !needed.has(toHex(id)));
    const located = await this.#store.locate(this.companyId, 0, useless.slice(0, 10_000));
    // A useless id stays only where it shares a pack with a useful one.
    for (const at of located) {
      if (at) expect((await this.#store.findPack(this.companyId, at.packId))?.state).toBe("live");
    }
  }

  get companyId(): string {
    return this.scene.companyId;
  }

  /** Every id that a published snapshot reaches lies in a live pack whose object is there, in every zone that counts it as present. */
  async expectNothingLost(): Promise<void> {
    const ids = this.#published.flatMap(idsOf);
    if (ids.length === 0) return;
    const located = await this.#store.locate(this.companyId, 0, ids);
    const packIds = new Set(located.map((at, index) => at?.packId ?? `no pack for ${toHex(ids[index] ?? newId32())}`));
    for (const packId of packIds) {
      const pack = await this.#store.findPack(this.companyId, packId);
      expect(pack?.state === "live" || pack?.state === "quarantined", packId).toBe(true);
      const present = pack?.copies.filter((copy) => copy.state === "present") ?? [];
      expect(present.length, packId).toBeGreaterThan(0);
      for (const { zoneId } of present) {
        const keys = this.scene.zoneObjects.get(zoneId)?.keys() ?? [];
        expect(
          [...keys].some((key) => key.endsWith(packId)),
          `${packId} in ${zoneId}`,
        ).toBe(true);
      }
    }
  }

  /** One thing that a machine does. */
  async #act(): Promise<void> {
    const machine = this.#pick(this.#machines);
    const draw = this.#random();
    if (machine.run === null) await this.#startRun(machine);
    else if (draw < 0.4) await this.#send(machine, machine.run);
    else if (draw < 0.6) await this.#ask(machine, machine.run);
    else if (draw < 0.85) await this.#commit(machine, machine.run);
    else await this.#endRun(machine);
  }

  async #startRun(machine: Machine): Promise<void> {
    machine.run = await openTestRun(this.scene, machine.agent);
    machine.usable = [];
  }

  async #send(machine: Machine, run: TestRun): Promise<void> {
    const ids = Array.from({ length: 1 + this.#below(4) }, () =>
      this.#random() < 0.3 && this.#everSent.length > 0 ? this.#pick(this.#everSent) : newId32(),
    );
    if (await failsWith("lease_lost", sendPack(this.scene, run, contentFrames(ids)))) machine.run = null;
    else machine.usable.push(...ids);
    this.#everSent.push(...ids);
  }

  /** As an agent asks before it sends; now and then it believes its cache instead, which may be out of date. */
  async #ask(machine: Machine, { identity }: TestRun): Promise<void> {
    if (this.#everSent.length === 0) return;
    const asked = Array.from({ length: 4 }, () => this.#pick(this.#everSent));
    const { companyId, zoneId, machineId } = identity;
    const known = await this.#store.known({ companyId, scope: 0, zoneId, machineId, kind: 1, chunkIds: asked });
    const isCached = this.#random() < 0.2;
    machine.usable.push(...asked.filter((_, at) => isCached || known[at]));
  }

  async #commit(machine: Machine, run: TestRun): Promise<void> {
    const { agent, chain, usable } = machine;
    if (usable.length === 0) return;
    const tree = newTree(Array.from({ length: 3 }, () => this.#pick(usable)));
    if (this.#random() < 0.5) runDirectoriesOf(this.#store).forget(run.identity.runId);
    const isLost =
      (await failsWith("lease_lost", sendPack(this.scene, run, pageFrames(tree)))) ||
      (await failsWith("lease_lost", this.#commitOrResend({ agent, run, tree, chain })));
    if (!isLost) this.#published.push(tree);
    machine.run = null;
  }

  /** What is missing is sent, as an agent does, and then it is whole. */
  async #commitOrResend(input: Parameters<typeof commitTree>[1]): Promise<void> {
    if (!(await failsWith("missing_objects", commitTree(this.scene, input)))) return;
    await sendPack(this.scene, input.run, contentFrames(input.tree.content));
    await sendPack(this.scene, input.run, pageFrames(input.tree));
    await commitTree(this.scene, input);
  }

  async #endRun(machine: Machine): Promise<void> {
    if (machine.run === null) return;
    const { agent, run } = machine;
    machine.run = null;
    await failsWith("lease_lost", endTestRun(this.scene, agent, run));
  }

  /** A step that dies at some call, before or after it took effect, and between whose calls everything else goes on. */
  async #sweepStep(): Promise<void> {
    const dieAt = this.#random() < 0.5 ? this.#below(40) : Number.POSITIVE_INFINITY;
    let calls = 0;
    const around = async <Result>(call: () => Promise<Result>): Promise<Result> => {
      const isLast = calls++ >= dieAt;
      if (isLast && this.#random() < 0.5) throw new Crash();
      if (this.#random() < 0.15 && !this.#isActing) {
        this.#isActing = true;
        await this.#act();
        this.#isActing = false;
      }
      const result = await call();
      if (isLast) throw new Crash();
      return result;
    };
    const store = withCalls(this.#store, around);
    try {
      // Every second step takes small packs for sparse, so that frames move, too.
      const frameBytes = this.#random() < 0.5 ? 1 : 512 * 1024;
      await sweep({ ...this.#options(store, around), frameBytes }, this.companyId);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#nowMs += LEASE_PASSED_MS;
    }
  }

  #options(store: Store, around: Around = (call) => call()) {
    const all = this.scene.deps.zones.all().map((handle): ZoneHandle => {
      const backup = withCalls(handle.backup, (call) => {
        if (this.#isZoneAway && handle.zoneId === "zone2") throw unreachable();
        return around(call);
      });
      return { ...handle, backup };
    });
    const options = sweepOptionsOf(this.scene, { store });
    const deps = { ...options.deps, zones: { ...this.scene.deps.zones, all: () => all } };
    const now = () => new Date(this.#nowMs);
    return { ...options, deps, now, drift: new DriftWatch(() => this.#nowMs) };
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[this.#below(items.length)];
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  }
}

type Around = <Result>(call: () => Promise<Result>) => Promise<Result>;

function withCalls<Target extends object>(target: Target, around: Around): Target {
  return new Proxy(target, {
    get(inner, key) {
      const value: unknown = Reflect.get(inner, key);
      if (typeof value !== "function") return value;
      return (...input: unknown[]) => around(async () => Reflect.apply(value, inner, input));
    },
  });
}

function unreachable(): Error {
  return new ZoneError("unreachable", "zone2", "the zone is away");
}

/** Whether it ended so; every other error is a fault. */
async function failsWith(code: string, work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === code) return true;
    throw error;
  }
}

/** Mulberry32: small, and the same everywhere. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe("nothing that a snapshot reaches is ever deleted, whatever happens while a sweep runs or dies", () => {
  const first = Number(process.env.HOLDFAST_SEED ?? 1);
  const seeds = process.env.HOLDFAST_SEED ? [first] : Array.from({ length: SEEDS }, (_, at) => first + at);
  test.each(seeds)("seed %i", async (seed) => {
    const simulation = new Simulation(seed);
    await simulation.begin();
    for (let turn = 0; turn < TURNS; turn++) await simulation.turn();
    await simulation.settle();
  });
});
