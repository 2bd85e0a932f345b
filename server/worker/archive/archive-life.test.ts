import { describe, expect, test } from "vitest";
import { cheapPrimitives } from "../../../engine/keys/testing/company-fixture.ts";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { createMemoryStore } from "../../domain/store/memory-store.ts";
import type { Store } from "../../domain/store/store.ts";
import {
  createDomainScene,
  type DomainScene,
  enrolTestAgent,
  type TestAgent,
} from "../../domain/testing/domain-scene.ts";
import { packObjectKey } from "../../domain/zone/object-keys.ts";
import { keyInBase } from "../../domain/zone/tiered-zone.ts";
import type { ZoneHandle } from "../../domain/zone/zone-set.ts";
import { createLog } from "../../platform/log.ts";
import { createMemoryZone } from "../../zones/memory-zone.ts";
import { DriftWatch } from "../sweep/read-evidence.ts";
import { sweep } from "../sweep/sweep.ts";
import {
  backUp,
  type Chain,
  copyTo,
  expectWholeBase,
  listBasePackIds,
  newChain,
  newId32,
  sweepOptionsOf,
  type TestTree,
  writeTerm,
} from "../sweep/testing/sweep-world.ts";
import { type AgeOptions, ageCompany } from "./age-company.ts";

const DAY_MS = 24 * 3_600_000;
const log = createLog("test");
log.level = "silent";

interface Kept {
  readonly commit: number;
  readonly tree: TestTree;
}

/** Months of a company's life over the store in memory: the real ageing, sweep and replication, and a clock that only the test moves. */
class Life {
  /** Shortly after a noon: what is tried again and again does not come into another day, and whole seconds lie ahead. */
  nowMs = Date.UTC(2026, 10, 20, 12) + 1;
  readonly store: Store;
  readonly #locks = [new Map<string, Date>(), new Map<string, Date>()];
  #scene: DomainScene | null = null;
  #agent: TestAgent | null = null;
  readonly #chain: Chain = newChain();
  readonly #kept: Kept[] = [];
  #disk = Array.from({ length: 6 }, newId32);

  constructor() {
    this.store = createMemoryStore(this.now);
  }

  readonly now = (): Date => new Date(this.nowMs);

  get scene(): DomainScene {
    if (!this.#scene) throw new Error("not begun");
    return this.#scene;
  }

  get kept(): readonly Kept[] {
    return this.#kept;
  }

  async begin(settings: {
    readonly freezeAfterDays: number;
    readonly dailyDays: number;
    readonly yearlyYears: number;
  }) {
    const zones = this.#locks.map((locks, at): ZoneHandle => {
      const zoneId = `zone${at + 1}`;
      const backup = createMemoryZone({ zoneId, primitives: cheapPrimitives });
      const archive = createMemoryZone({ zoneId, primitives: cheapPrimitives, locks, now: this.now });
      return { zoneId, ordinal: at + 1, backup, archive, state: "healthy" };
    });
    this.#scene = await createDomainScene(this.store, zones);
    for (const { backup } of zones) await writeTerm(backup);
    this.#agent = await enrolTestAgent(this.scene);
    const { companyId, ownerId } = this.scene;
    const figures = { ...settings, weeklyWeeks: 4, monthlyMonths: 6 };
    const put = { level: "company", subjectId: companyId, settings: figures, byPersonId: ownerId } as const;
    await this.store.putRetention(companyId, put);
  }

  /** One new document each time, one that goes, and all others as they were. */
  async backUp(): Promise<void> {
    this.#disk = [...this.#disk.slice(1), newId32()];
    const { commit, tree } = await backUp(this.scene, this.#agent ?? fail(), this.#chain, this.#disk);
    this.#kept.push({ commit, tree });
    await copyTo(this.scene, this.store, "zone2");
  }

  async age(change: Partial<AgeOptions> = {}) {
    for (let steps = 0; steps < 50; steps++) {
      const result = await ageCompany(this.options(change), this.scene.companyId);
      if (result.kind !== "more") return result;
    }
    throw new Error("an ageing without end");
  }

  async sweepBoth(heldInArchive: string | null = null): Promise<void> {
    const options = sweepOptionsOf(this.scene, { store: this.store, ...this.#clocks() });
    for (const tier of ["backup", "archive"] as const) {
      for (let steps = 0; steps < 50; steps++) {
        const result = await sweep(options, this.scene.companyId, tier);
        if (result.kind !== "more") {
          expect(result.held?.code ?? null).toBe(tier === "archive" ? heldInArchive : null);
          break;
        }
      }
    }
  }

  options(change: Partial<AgeOptions> = {}): AgeOptions {
    const { zones } = this.scene.deps;
    return {
      deps: { store: this.store, zones, primitives: nodePrimitives },
      ...{ owner: "test", log, ...this.#clocks() },
      ...{ controlTerm: async () => 1, awaitJournal: async () => true },
      ...change,
    };
  }

  #clocks() {
    return { now: this.now, drift: new DriftWatch(() => this.nowMs) };
  }

  /** The plain model: what each tier says it has is whole in that tier of either zone alone, and what a promise covers is there. */
  async expectKept(): Promise<void> {
    const [agent] = [this.#agent ?? fail()];
    const rows = await this.store.listAgingSnapshots(this.scene.companyId, agent.sourceId);
    const treesOf = (commits: readonly number[]) =>
      this.#kept.filter(({ commit }) => commits.includes(commit)).map(({ tree }) => tree);
    const inBackup = rows.filter((row) => row.isInBackup).map(({ commit }) => commit);
    const frozen = rows.filter((row) => row.frozen && !row.frozen.isExpired);
    for (const row of frozen)
      if (row.frozen) expect(row.frozen.retainUntil.getTime()).toBeGreaterThan(row.receivedAt.getTime());
    for (const row of rows)
      if (row.frozen?.isExpired) expect(row.frozen.retainUntil.getTime()).toBeLessThanOrEqual(this.nowMs);
    for (const { backup, archive } of this.scene.deps.zones.all()) {
      await expectWholeBase(backup, this.scene.companyId, treesOf(inBackup));
      await expectWholeBase(archive, this.scene.companyId, treesOf(frozen.map(({ commit }) => commit)));
    }
  }

  async rows() {
    return this.store.listAgingSnapshots(this.scene.companyId, (this.#agent ?? fail()).sourceId);
  }

  async packsInArchive(): Promise<number> {
    const [zone] = this.scene.deps.zones.all();
    return zone ? (await listBasePackIds(zone.archive, this.scene.companyId)).length : 0;
  }
}

function fail(): never {
  throw new Error("not begun");
}

describe("the life of a company's snapshots", () => {
  test("two a day for five months: each day, week and month has its own, in both tiers and zones nothing that is promised is ever lacking, and what is over goes", async () => {
    const life = new Life();
    await life.begin({ freezeAfterDays: 5, dailyDays: 12, yearlyYears: 2 });
    const counts: number[] = [];
    for (let day = 0; day < 150; day++) {
      for (let half = 0; half < 2; half++) {
        await life.backUp();
        life.nowMs += DAY_MS / 2;
      }
      const { problem, held } = await life.age();
      expect([problem, held]).toEqual([null, null]);
      if (day % 7 === 0) await life.sweepBoth();
      if (day % 10 === 0) await life.expectKept();
      counts.push((await life.rows()).filter((row) => row.isInBackup).length);
    }
    // Six days and the one under way; the archive has 12 days, 4 weeks, 6 months at most.
    expect(Math.max(...counts.slice(20))).toBeLessThanOrEqual(14);
    const frozen = (await life.rows()).filter((row) => row.frozen && !row.frozen.isExpired);
    const classes = Object.groupBy(frozen, (row) => row.frozen?.snapshotClass ?? "daily");
    expect(classes.daily?.length).toBeLessThanOrEqual(8);
    expect(classes.monthly?.length).toBeGreaterThanOrEqual(3);
    expect(classes.yearly?.length).toBeGreaterThanOrEqual(1);
    const { archive, backup } = await life.store.readTiers(life.scene.companyId);
    expect([backup.snapshots, archive.snapshots]).toEqual([counts.at(-1), frozen.length]);
    // Long after the quarter in which they may go, dailies are gone from the zones, too.
    const before = await life.packsInArchive();
    life.nowMs += 200 * DAY_MS;
    await life.age();
    for (let round = 0; round < 3; round++) await life.sweepBoth();
    await life.expectKept();
    expect(await life.packsInArchive()).toBeLessThan(before / 3);
  });

  test("a hold outlives every retention, and lifting it lets go", async () => {
    const life = new Life();
    await life.begin({ freezeAfterDays: 1, dailyDays: 2, yearlyYears: 0 });
    for (let day = 0; day < 10; day++) {
      await life.backUp();
      life.nowMs += DAY_MS;
    }
    await life.age();
    const rows = await life.rows();
    const held = rows.find((row) => row.frozen?.snapshotClass === "daily" && !row.frozen.isExpired) ?? fail();
    const { companyId, ownerId } = life.scene;
    const holdId = "00000000-0000-4000-8000-000000000007";
    const hold = { holdId, snapshotId: held.snapshotId, reason: "case 7", byPersonId: ownerId };
    expect(await life.store.placeHold(companyId, hold)).toBe("placed");
    life.nowMs += 400 * DAY_MS;
    expect(await life.age()).toMatchObject({ extended: 1, stuck: 0 });
    for (let round = 0; round < 3; round++) await life.sweepBoth();
    await life.expectKept();
    const frozenNow = async () => (await life.rows()).find((row) => row.commit === held.commit)?.frozen ?? fail();
    // No zone lets go of it either: it is all that is left there.
    const untilMs = Math.ceil(life.nowMs / 1_000) * 1_000 + 60 * DAY_MS;
    expect(await frozenNow()).toMatchObject({ isExpired: false, retainUntil: new Date(untilMs) });
    for (const { archive } of life.scene.deps.zones.all()) {
      const packs = await life.store.listPacks(companyId, await listBasePackIds(archive, companyId));
      expect(packs.length).toBeGreaterThan(0);
      for (const pack of packs) {
        const lock = await archive.findLock(keyInBase(packObjectKey(companyId, pack ?? fail())));
        expect(lock?.getTime()).toBeGreaterThanOrEqual(untilMs);
        expect(pack?.lockedUntil).toEqual(lock);
      }
    }
    expect(await life.age()).toMatchObject({ extended: 0 });
    life.nowMs += 31 * DAY_MS;
    expect(await life.age()).toMatchObject({ extended: 1 });
    await life.store.liftHold(companyId, { holdId, byPersonId: ownerId });
    life.nowMs += 31 * DAY_MS;
    expect(await life.age()).toMatchObject({ extended: 0, expired: 0 });
    life.nowMs += 30 * DAY_MS;
    expect(await life.age()).toMatchObject({ expired: 1, held: null });
    expect(await frozenNow()).toMatchObject({ isExpired: true });
  });

  test("an extension that dies at any call is done again, and promises nothing that a zone has not locked", async () => {
    const life = new Life();
    await life.begin({ freezeAfterDays: 1, dailyDays: 2, yearlyYears: 0 });
    for (let day = 0; day < 6; day++) {
      await life.backUp();
      life.nowMs += DAY_MS;
    }
    await life.age();
    const held = (await life.rows()).find((row) => row.frozen && !row.frozen.isExpired) ?? fail();
    const { companyId, ownerId } = life.scene;
    const holdId = "00000000-0000-4000-8000-000000000008";
    const hold = { holdId, snapshotId: held.snapshotId, reason: "case 8", byPersonId: ownerId };
    await life.store.placeHold(companyId, hold);
    life.nowMs += 100 * DAY_MS;
    const untilMs = async () =>
      (await life.rows()).find((row) => row.commit === held.commit)?.frozen?.retainUntil.getTime() ?? fail();
    const beforeMs = await untilMs();
    await ageDespiteCrashes(life, async () => {
      for (const { archive } of life.scene.deps.zones.all()) {
        for (const packId of await listBasePackIds(archive, companyId)) {
          const pack = (await life.store.findPack(companyId, packId)) ?? fail();
          const lock = await archive.findLock(keyInBase(packObjectKey(companyId, pack)));
          expect(lock?.getTime()).toBeGreaterThanOrEqual(pack.lockedUntil?.getTime() ?? Number.NaN);
          if ((await untilMs()) > beforeMs && pack.state === "live")
            expect(lock?.getTime()).toBeGreaterThanOrEqual(await untilMs());
        }
      }
    });
    expect(await untilMs()).toBeGreaterThan(life.nowMs);
    await life.expectKept();
  });

  test("manifests that a zone keeps for longer, however many, keep no other from being deleted", async () => {
    const life = new Life();
    await life.begin({ freezeAfterDays: 1, dailyDays: 90, yearlyYears: 0 });
    for (let day = 0; day < 65; day++) {
      await life.backUp();
      life.nowMs += DAY_MS;
      await life.age();
    }
    life.nowMs += 400 * DAY_MS;
    const { companyId, deps } = life.scene;
    const archive = deps.zones.all()[1]?.archive ?? fail();
    const store = { ...life.store, listDeletingObjects: async () => [] };
    expect(await life.age({ deps: { ...life.options().deps, store } })).toMatchObject({ deletedObjects: 0 });
    const toDelete = () => life.store.listDeletingObjects(companyId, { after: null, limit: 500 });
    const archived = (await toDelete()).filter((key) => key.startsWith("archive/"));
    const kept = archived.slice(0, -2);
    // More than are deleted at a time.
    expect(kept.length).toBeGreaterThan(100);
    for (const key of kept) await archive.lock(keyInBase(key), new Date(life.nowMs + 1_000 * DAY_MS));
    expect(await life.age()).toMatchObject({ held: { code: "zone_locked" } });
    expect(await toDelete()).toEqual(kept);
  });

  test("a pack that a zone keeps for longer than the database knows keeps no other, and goes when its lock is over", async () => {
    const life = new Life();
    await life.begin({ freezeAfterDays: 1, dailyDays: 2, yearlyYears: 0 });
    for (let day = 0; day < 10; day++) {
      await life.backUp();
      life.nowMs += DAY_MS;
    }
    await life.age();
    const before = await life.packsInArchive();
    life.nowMs += 400 * DAY_MS;
    await life.age();
    await life.sweepBoth();
    const { companyId, deps } = life.scene;
    const archive = deps.zones.all()[1]?.archive ?? fail();
    const packs = await life.store.listPacks(companyId, await listBasePackIds(archive, companyId));
    const pack = packs.find((row) => row?.state === "quarantined") ?? fail();
    const { packId } = pack;
    await archive.lock(keyInBase(packObjectKey(companyId, pack)), new Date(life.nowMs + 1_000 * DAY_MS));
    for (let round = 0; round < 2; round++) await life.sweepBoth("zone_locked");
    expect((await life.store.findPack(companyId, packId))?.state).toBe("deleting");
    expect(await listBasePackIds(archive, companyId)).toContain(packId);
    expect(await life.packsInArchive()).toBeLessThan(before / 2);
    await life.expectKept();
    life.nowMs += 1_100 * DAY_MS;
    await life.sweepBoth();
    expect((await life.store.findPack(companyId, packId))?.state).toBe("gone");
    expect(await listBasePackIds(archive, companyId)).not.toContain(packId);
  });

  test("a freeze that dies at any call is done again, and until it is done nothing leaves the backup tier", async () => {
    const life = new Life();
    await life.begin({ freezeAfterDays: 1, dailyDays: 30, yearlyYears: 2 });
    for (let day = 0; day < 4; day++) {
      await life.backUp();
      life.nowMs += DAY_MS;
    }
    await ageDespiteCrashes(life, () => life.expectKept());
    const rows = await life.rows();
    expect(rows.filter((row) => row.frozen).length).toBe(3);
    expect(rows.filter((row) => row.isInBackup).length).toBe(1);
    for (const { archive } of life.scene.deps.zones.all()) {
      await expectWholeBase(
        archive,
        life.scene.companyId,
        life.kept.slice(0, 3).map(({ tree }) => tree),
      );
    }
  });
});

class Crash extends Error {}

/** Dies before, or after, the first call, then the second, and so on, until it comes through. */
async function ageDespiteCrashes(life: Life, afterCrash: () => Promise<void>): Promise<void> {
  for (let dieAt = 0; ; dieAt++) {
    let calls = 0;
    const around = async <Result>(call: () => Promise<Result>): Promise<Result> => {
      const isLast = calls++ === dieAt;
      if (isLast && dieAt % 2 === 0) throw new Crash();
      const result = await call();
      if (isLast) throw new Crash();
      return result;
    };
    const { deps } = life.options();
    const zones = deps.zones.all().map((zone) => ({ ...zone, archive: withCalls(zone.archive, around) }));
    const store = withCalls(life.store, around);
    try {
      await life.age({ deps: { ...deps, store, zones: { ...deps.zones, all: () => zones } } });
      return;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      life.nowMs += 100_000;
    }
    await afterCrash();
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
