import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { setUpZones } from "./set-up-zones.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-zones-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a new data folder gets two zones with both tiers, whose identities are recorded", async () => {
  const zones = await setUpZones(folder);
  expect(zones.map(({ path }) => path)).toEqual([join(folder, "zones", "zone1"), join(folder, "zones", "zone2")]);
  for (const { path, identities } of zones) {
    expect(await readFile(join(path, "backup", "control", "zone"), "utf8")).toContain(identities?.backup);
    expect(await readFile(join(path, "archive", "control", "zone"), "utf8")).toContain(identities?.archive);
  }
});

test("a zone whose folder is gone is not made anew", async () => {
  const before = await setUpZones(folder);
  await rm(join(folder, "zones", "zone1"), { recursive: true });
  expect(await setUpZones(folder)).toEqual(before);
  await expect(readFile(join(folder, "zones", "zone1", "backup", "control", "zone"))).rejects.toThrow("ENOENT");
});

test("what an interrupted first start made is kept", async () => {
  const before = await setUpZones(folder);
  await rm(join(folder, "holdfast.json"));
  await rm(join(folder, "zones", "zone2"), { recursive: true });
  const after = await setUpZones(folder);
  expect(after[0]).toEqual(before[0]);
  expect(after[1]?.identities).not.toEqual(before[1]?.identities);
});
