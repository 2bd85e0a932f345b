import { expect, test } from "vitest";
import { ALL_HOURS, type BandwidthSettings } from "../../contracts/schedules.ts";
import { NOTHING_SET } from "../domain/schedule/effective-schedule.ts";
import { createMemoryStore } from "../domain/store/memory-store.ts";
import { createLog } from "../platform/log.ts";
import { createCompanyWorld } from "../testing/company-world.ts";
import { CompanyBandwidths } from "./company-bandwidths.ts";
import { TurnedClock } from "./testing/turned-clock.ts";

const MINUTE_MS = 60_000;
const NOON = 1 << 12;
const log = createLog("test");
log.level = "silent";

const atAnyHour = (bytesPerSecond: number): BandwidthSettings => ({
  rules: [{ hours: Array(7).fill(ALL_HOURS), bytesPerSecond }],
});

/** A company, and what a gateway knows of it, whose clock is so far from the database's. */
async function openScene({ clockIsAheadMs = 0 } = {}) {
  const clock = new TurnedClock(new Date("2026-11-26T11:59:00Z"));
  const store = createMemoryStore(() => new Date(clock.now().getTime() - clockIsAheadMs));
  const { companyId, personId: byPersonId } = await createCompanyWorld(store);
  const put = async (bandwidth: BandwidthSettings | null) => {
    const settings = { ...NOTHING_SET, bandwidth };
    await store.putSchedule(companyId, { level: "company", subjectId: companyId, settings, byPersonId });
  };
  const faults = { isAway: false };
  const listSchedules: typeof store.listSchedules = async (...input) => {
    if (faults.isAway) throw new Error("the database is away");
    return store.listSchedules(...input);
  };
  const bandwidths = new CompanyBandwidths({ store: { ...store, listSchedules }, clock, log });
  return { clock, companyId, put, faults, bandwidths, limit: () => bandwidths.limitOf(companyId) };
}

/** Whether it is done without the clock being turned. */
async function isDone(waiting: Promise<void>): Promise<boolean> {
  const soon = new Promise<false>((resolve) => setTimeout(() => resolve(false), 10));
  return Promise.race([waiting.then(() => true), soon]);
}

test("a change of the settings holds within a minute", async () => {
  const { clock, put, limit } = await openScene();
  expect(await limit()).toBeNull();
  await put(atAnyHour(100_000));
  clock.forward(MINUTE_MS);
  expect(await limit()).toBe(100_000);
  await put({ rules: [] });
  clock.forward(MINUTE_MS);
  expect(await limit()).toBeNull();
});

test("an hour holds as soon as it begins, by the database's clock", async () => {
  for (const clockIsAheadMs of [0, 2 * MINUTE_MS]) {
    const { clock, put, limit } = await openScene({ clockIsAheadMs });
    await put({ rules: [{ hours: Array(7).fill(NOON), bytesPerSecond: 100_000 }] });
    clock.forward(clockIsAheadMs);
    expect(await limit()).toBeNull();
    clock.forward(MINUTE_MS - 1);
    expect(await limit()).toBeNull();
    clock.forward(1);
    expect(await limit()).toBe(100_000);
    clock.forward(60 * MINUTE_MS);
    expect(await limit()).toBeNull();
  }
});

test("while the settings cannot be read, what was known holds", async () => {
  const { clock, put, limit, faults } = await openScene();
  await put(atAnyHour(100_000));
  faults.isAway = true;
  await expect(limit()).rejects.toThrow("away");
  faults.isAway = false;
  expect(await limit()).toBe(100_000);
  faults.isAway = true;
  clock.forward(10 * MINUTE_MS);
  expect(await limit()).toBe(100_000);
});

test("uploads of a company wait for each other's bytes, and those of another company do not", async () => {
  const { clock, put, companyId, bandwidths } = await openScene();
  await put(atAnyHour(100_000));
  const { signal } = new AbortController();
  const first = bandwidths.pace(companyId, 100_000, signal);
  expect(await isDone(first)).toBe(false);
  const second = bandwidths.pace(companyId, 100_000, signal);
  expect(await isDone(bandwidths.pace("01000000-0000-7000-8000-000000000000", 100_000_000, signal))).toBe(true);
  clock.forward(1_000);
  expect(await isDone(first)).toBe(true);
  expect(await isDone(second)).toBe(false);
  clock.forward(1_000);
  expect(await isDone(second)).toBe(true);
});

test("who leaves waits no longer", async () => {
  const { put, companyId, bandwidths } = await openScene();
  await put(atAnyHour(100_000));
  const leaving = new AbortController();
  const waiting = bandwidths.pace(companyId, 1_000_000, leaving.signal);
  expect(await isDone(waiting)).toBe(false);
  leaving.abort(new Error("left"));
  await expect(waiting).rejects.toThrow("left");
});
