import { beforeEach, describe, expect, test } from "vitest";
import type { Zone } from "../../../engine/ports/zone.ts";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { createMemoryStore } from "../../domain/store/memory-store.ts";
import type { Store } from "../../domain/store/store.ts";
import { type CompanyWorld, createCompanyWorld } from "../../testing/company-world.ts";
import { type Faults, NO_FAULTS, withFaults } from "../../zones/faulty-zone.ts";
import { createMemoryZone } from "../../zones/memory-zone.ts";
import { type OpenZoneSet, zoneHandleOf, zoneSetOf } from "../../zones/open-zones.ts";
import { scrub } from "./scrub.ts";
import { backUp, silentLog } from "./testing/scrub-world.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const DAYS = 30;

/** A month in a second: the store's clock is the only one, and zones are in memory. */
interface Month {
  readonly store: Store;
  readonly zones: OpenZoneSet;
  readonly faults: Faults;
  readonly world: CompanyWorld;
  readonly startMs: number;
  nowMs: number;
  daysPerRound: number;
  /** How often the store was asked what is left. */
  counts: number;
  /** When each key was read, in ms since the start. */
  readonly reads: Map<string, number[]>;
}

let month: Month;
beforeEach(async () => {
  month = await createMonth();
  await addPacks(40);
});

describe("a round", () => {
  test("reads every copy that counts once within the days, evenly", async () => {
    const keys = await keysInZone();
    expect(keys.length).toBeGreaterThan(40);
    await goOn({ untilDay: 11.25 });
    const share = month.reads.size / keys.length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
    await goOn({ untilDay: 22.4 });
    expect([...month.reads.keys()].sort()).toEqual(keys);
    expect([...month.reads.values()].every((times) => times.length === 1)).toBe(true);
    const round = await month.store.findScrubRound(month.world.companyId, "zone1");
    expect(round?.lastFullAt).toBeNull();
    await goOn({ untilDay: 23 });
    const next = await month.store.findScrubRound(month.world.companyId, "zone1");
    expect(next?.lastFullAt).not.toBeNull();
    await goOn({ untilDay: 60 });
    for (const [key, times] of month.reads) {
      for (const [at, readMs] of times.entries()) {
        const gapMs = readMs - (times[at - 1] ?? 0);
        expect([key, gapMs <= DAYS * DAY_MS]).toEqual([key, true]);
      }
    }
  });

  test("reads what is written while it goes on, before it ends", async () => {
    await goOn({ untilDay: 10 });
    await addPacks(5);
    await goOn({ untilDay: 22.4 });
    for (const key of (await keysInZone()).filter((each) => each.includes("/packs/"))) {
      expect([key, month.reads.get(key)?.length]).toEqual([key, 1]);
    }
  });

  test("that an outage of a week has put behind catches up without a rush, and ends within its days", async () => {
    await goOn({ untilDay: 8 });
    month.faults.isLost = true;
    await goOn({ untilDay: 15 });
    month.faults.isLost = false;
    const before = month.reads.size;
    await goOn({ untilDay: 15.25 });
    const copiesPerDay = (await keysInZone()).length / 22.5;
    // Four times the even pace would be two copies; a company that is so small has one an hour.
    expect(month.reads.size - before).toBeLessThanOrEqual(7);
    expect(month.reads.size - before).toBeGreaterThan(copiesPerDay * 0.25);
    await goOn({ untilDay: DAYS });
    expect([...month.reads.keys()].sort()).toEqual(await keysInZone());
    expect(await month.store.listFindings(month.world.companyId, ALL)).toEqual([]);
  });
});

test("what is left is counted once an hour, however many steps there are", async () => {
  month.daysPerRound = 0.1;
  await goOn({ untilDay: 59 / (24 * 60) });
  expect(month.reads.size).toBeGreaterThan(15);
  // Once before the round begins, and once for it.
  expect(month.counts).toBe(2);
  await goOn({ untilDay: 0.1 });
  expect([...month.reads.keys()].sort()).toEqual(await keysInZone());
});

const ALL = { sort: "found", isDescending: false, states: [], limit: 500 } as const;

/** Wakes as the worker does, minute by minute. */
async function goOn({ untilDay }: { readonly untilDay: number }): Promise<void> {
  const { store, zones, world } = month;
  const deps = { store, zones, primitives: nodePrimitives };
  const options = {
    deps,
    owner: "test",
    log: silentLog,
    now: () => new Date(month.nowMs),
    daysPerRound: month.daysPerRound,
  };
  while (month.nowMs < month.startMs + untilDay * DAY_MS) {
    const due = await store.listScrubsDue("zone1");
    if (due.includes(world.companyId)) await scrub(options, world.companyId, "zone1");
    month.nowMs += MINUTE_MS;
  }
}

async function keysInZone(): Promise<string[]> {
  const listed = await month.zones.find("zone1")?.backup.list("companies/", { limit: 1000 });
  return (listed ?? []).map(({ key }) => key).sort();
}

async function addPacks(newParts: number): Promise<void> {
  const { store, zones, world } = month;
  await backUp({ store, zones, primitives: nodePrimitives }, world, { newParts });
}

async function createMonth(): Promise<Month> {
  const startMs = Date.now();
  const made = { nowMs: startMs, daysPerRound: DAYS, counts: 0 };
  const clock = { now: () => new Date(made.nowMs), sleep: async () => undefined };
  const inner = createMemoryStore(clock.now);
  const store: Store = {
    ...inner,
    countCopiesLeft: async (...asked) => {
      made.counts += 1;
      return inner.countCopiesLeft(...asked);
    },
  };
  const faults = { ...NO_FAULTS };
  const reads = new Map<string, number[]>();
  const faulty = withFaults(createMemoryZone({ zoneId: "zone1", primitives: nodePrimitives }), {
    seed: 1,
    clock,
    faults,
  });
  const zone: Zone = {
    ...faulty,
    async get(key, range, signal) {
      const body = await faulty.get(key, range, signal);
      if (range === undefined) reads.set(key, [...(reads.get(key) ?? []), made.nowMs - startMs]);
      return body;
    },
  };
  await store.registerZone({ zoneId: "zone1", ordinal: 1, zoneKind: "memory" });
  const zones = zoneSetOf([
    zoneHandleOf({ zoneId: "zone1", ordinal: 1, zoneKind: "memory", backup: zone, archive: zone }),
  ]);
  const world = await createCompanyWorld(store);
  return Object.assign(made, { store, zones, faults, world, startMs, reads });
}
