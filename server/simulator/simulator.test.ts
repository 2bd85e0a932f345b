import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listDue } from "../domain/schedule/due-times.ts";
import { Disk, PackContents } from "./disk.ts";
import { MUTATIONS } from "./mutations.ts";
import { Random } from "./random.ts";
import { simulate } from "./simulate.ts";
import { Timeline } from "./timeline.ts";
import { drawChange, drawTiming, listPlainDueTimes } from "./timings.ts";
import { tryMutations } from "./try-mutations.ts";

const projectRoot = join(import.meta.dirname, "..", "..");
const IS_PROOF = Boolean(process.env.HOLDFAST_PROVE);
/** `npm run prove` runs many; the rest of the time a few say that nothing is broken outright. */
const SEEDS = IS_PROOF ? 2_000 : 6;

describe("a month of five machines, with everything that can go wrong, violates nothing", () => {
  test.each(Array.from({ length: SEEDS }, (_, at) => at + 1))("seed %i", async (seed) => {
    const { violation, events, snapshots, frozen } = await simulate({ seed, days: 30, machines: 5 });
    expect(violation, events.join("\n")).toBeNull();
    expect(snapshots).toBeGreaterThan(100);
    expect(frozen).toBeGreaterThan(10);
  });
});

test("the same seed gives the same run, to the last event", async () => {
  const options = { seed: 7, days: 4, machines: 3 };
  const [first, second] = [await simulate(options), await simulate(options)];
  expect(first.events.length).toBeGreaterThan(20);
  expect(second).toEqual(first);
});

describe("mutations", () => {
  test.each(MUTATIONS)("$name: the line stands where the list says", ({ edits }) => {
    for (const { file, text } of edits) {
      expect(readFileSync(join(projectRoot, file), "utf8").split(text)).toHaveLength(2);
    }
  });

  test.skipIf(IS_PROOF)("one is caught, and one that had no time to show is named", () => {
    const options = { projectRoot, seeds: 2, firstSeed: 1, machines: 2, print: () => undefined };
    expect(tryMutations({ ...options, days: 20, only: "a pack counts before it is stored" })).toEqual([]);
    const clock = "a clock that jumped does not stop deletions";
    expect(tryMutations({ ...options, days: 1, only: clock })).toEqual([clock]);
  });

  test.runIf(IS_PROOF)("all are caught", { timeout: 3_600_000 }, () => {
    const told: string[] = [];
    const print = (line: string) => void told.push(line);
    const options = { projectRoot, seeds: 80, firstSeed: 1, days: 30, machines: 5, only: null, print };
    expect(tryMutations(options), told.join("\n")).toEqual([]);
  });
});

describe("the plain model of due times", () => {
  test.each(Array.from({ length: 40 }, (_, at) => at + 1))(
    "agrees with the service across a clock change, draw %i",
    (seed) => {
      const random = new Random(seed);
      const { timeZone, changesAtMs } = drawChange(random);
      const timing = drawTiming(random, timeZone);
      const fromMs = changesAtMs - random.below(5 * 86_400_000);
      const plain = listPlainDueTimes(timing, fromMs, fromMs + 10 * 86_400_000);
      expect(listDue(timing, new Date(fromMs), plain.length).map((due) => due.getTime())).toEqual(plain);
      expect(plain.length).toBeGreaterThan(15);
    },
  );
});

describe("a disk", () => {
  const NAME = "companies/c/headers/000000000001-2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  const open = () => {
    const shown: string[] = [];
    return { shown, disk: new Disk("zone1", new PackContents(), (invariant) => void shown.push(invariant)) };
  };
  const bytes = (text: string) => new Uint8Array(Buffer.from(text));

  test("takes bytes that have their name, and shows whoever overwrites them or brings others", () => {
    const { disk, shown } = open();
    disk.set(NAME, bytes("hello"));
    expect(disk.isGood(NAME)).toBe(true);
    expect(shown).toEqual([]);
    disk.set(NAME, bytes("hallo"));
    expect(shown).toEqual(["3", "3"]);
  });

  test("knows a torn write from a lie, and what a fault took from what was never there", () => {
    const { disk, shown } = open();
    disk.announce(NAME, 5);
    disk.set(NAME, bytes("he"));
    expect([disk.isGood(NAME), disk.wasStored(NAME), shown]).toEqual([false, false, []]);
    disk.set(NAME, bytes("hello"));
    disk.rot(NAME, 0xffff_ffff);
    expect([disk.isGood(NAME), disk.wasStored(NAME)]).toEqual([false, true]);
    disk.set(NAME, bytes("hello"));
    disk.vanish(NAME);
    expect([disk.isGood(NAME), disk.wasStored(NAME), disk.has(NAME)]).toEqual([false, true, false]);
  });

  test("shows a deletion that nobody decided", () => {
    const { disk, shown } = open();
    disk.set(NAME, bytes("hello"));
    disk.delete(NAME);
    expect(shown).toEqual(["6"]);
  });
});

test("on the timeline whoever wakes first goes on first, and time passes only meanwhile", async () => {
  const timeline = new Timeline(1_000);
  const seen: string[] = [];
  const begin = (name: string, waits: readonly number[]) =>
    timeline.spawn(async () => {
      for (const waitMs of waits) {
        await timeline.pass(waitMs);
        seen.push(`${name} ${timeline.nowMs}`);
      }
    });
  begin("a", [10, 10, 100]);
  begin("b", [15, 1, 30]);
  await timeline.runUntil(1_050);
  expect(seen).toEqual(["a 1010", "b 1015", "b 1016", "a 1020", "b 1046"]);
  expect(timeline.nowMs).toBe(1_050);
});
