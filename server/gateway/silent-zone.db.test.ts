import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Zone } from "../../engine/ports/zone.ts";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { createLog } from "../platform/log.ts";
import { type CompanyWorld, createCompanyWorld, sealTestSnapshot } from "../testing/company-world.ts";
import { probeZones } from "../worker/probe-zones.ts";
import { replicate } from "../worker/replication/replicate.ts";
import { type Faults, NO_FAULTS, withFaults } from "../zones/faulty-zone.ts";
import { boundZone, type OpenZoneSet, zoneHandleOf, zoneSetOf } from "../zones/open-zones.ts";
import { ZoneCalls } from "../zones/zone-calls.ts";
import {
  BulkClient,
  type GatewayWorld,
  openGatewayWorld,
  openRun,
  readerGrant,
  tokenFor,
} from "./testing/gateway-world.ts";

/** Long enough for a folder on a busy machine, short enough to wait for. */
const DEADLINES = { answerMs: 1_500, putMs: 1_500 };
const WAIT = { timeout: 20_000, interval: 20 };
const log = createLog("test");
log.level = "silent";
const faults: Faults = { ...NO_FAULTS };
const clock = { now: () => new Date(), sleep: async () => undefined };

/** Packs that zone 1 was asked for. */
const askedFor: string[] = [];

let gateway: GatewayWorld;
let own: CompanyWorld;

beforeAll(async () => {
  gateway = await openGatewayWorld(withSilentFirst);
  own = await createCompanyWorld(gateway.store);
});
afterAll(() => gateway.close());

/** Zone 1 may fall silent, inside what surrounds every zone. */
function withSilentFirst(zones: OpenZoneSet): OpenZoneSet {
  const [first, ...others] = zones.all();
  if (!first) throw new Error("two zones are needed");
  const { zoneId, ordinal, zoneKind, archive } = first;
  const faulty = withFaults(first.backup, { seed: 1, clock, faults });
  const noted: Zone = {
    ...faulty,
    get: (key, ...rest) => {
      if (key.includes("/packs/")) askedFor.push(key);
      return faulty.get(key, ...rest);
    },
  };
  const backup = boundZone(noted, new ZoneCalls(zoneId, 8), DEADLINES);
  return zoneSetOf([zoneHandleOf({ zoneId, ordinal, zoneKind, archive, backup }), ...others]);
}

function step(zoneId: string) {
  const deps = { store: gateway.store, zones: gateway.zones, primitives: nodePrimitives };
  return replicate({ deps, owner: "test", log, now: () => new Date() }, own.companyId, zoneId);
}

test("a zone that answers nothing stops neither backup, restore nor worker, and is caught up when it answers again", async () => {
  const before = await openRun(gateway, own);
  const sealed = sealTestSnapshot(before.run, [nodeRandomness.bytes(70_000)]);
  const packs = [sealed.contentPack, sealed.metaPack];
  for (const { packId, bytes } of packs) {
    expect(await before.client.outcome("PUT", `/bulk/v1/packs/${packId}`, bytes)).toBe("201");
  }
  const committed = await before.client.call("POST", "/bulk/v1/commit-snapshot", sealed.manifest);
  const { snapshotId } = await committed.json();
  await step("zone2");
  const pinned = await openRun(gateway, own);
  const later = sealTestSnapshot(pinned.run, [nodeRandomness.bytes(70_000)]);

  faults.isSilent = true;
  const reader = new BulkClient(gateway, tokenFor(gateway, readerGrant(own)));
  for (const path of [
    ...packs.map(({ packId }) => `/bulk/v1/packs/${packId}`),
    `/bulk/v1/snapshots/${snapshotId}/manifest`,
  ]) {
    expect((await reader.call("GET", path)).status).toBe(200);
  }
  // What opens a pack is asked of one zone after the other, and so no differently.
  const soFar = askedFor.length;
  expect(soFar).toBeGreaterThan(0);
  for (const { packId } of packs) expect((await reader.call("GET", `/bulk/v1/packs/${packId}/index`)).status).toBe(200);
  expect(askedFor.length).toBe(soFar);
  const { packId, bytes } = later.contentPack;
  expect(await pinned.client.outcome("PUT", `/bulk/v1/packs/${packId}`, bytes)).toBe("503 zone_unreachable");
  await gateway.store.endRun(own.companyId, pinned.run, { outcome: "failed", code: "zone_unreachable" });
  await expect(step("zone1")).rejects.toMatchObject({ code: "unreachable" });
  await probeZones({ store: gateway.store, zones: gateway.zones, randomness: nodeRandomness });
  expect((await gateway.store.listZones()).map(({ state }) => state)).toEqual(["unreachable", "healthy"]);

  const { zoneId } = await gateway.zones.primaryFor(own.companyId);
  expect(zoneId).toBe("zone2");
  const second = await openRun(gateway, own, zoneId);
  const moved = sealTestSnapshot(second.run, [nodeRandomness.bytes(70_000)]);
  expect(
    await second.client.outcome("PUT", `/bulk/v1/packs/${moved.contentPack.packId}`, moved.contentPack.bytes),
  ).toBe("201");

  faults.isSilent = false;
  // The system lets go of what hung.
  await vi.waitFor(async () => {
    expect(await gateway.zones.find("zone1")?.probe()).toMatchObject({ isReachable: true });
  }, WAIT);
  // The first ends the round that broke off, the second is a whole one.
  for (let round = 0; round < 2; round += 1) expect(await step("zone1")).toMatchObject({ kind: "done", waiting: 0 });
  expect(await gateway.zones.find("zone1")?.backup.find(packKeyOf(moved.contentPack.packId))).not.toBeNull();
});

function packKeyOf(packId: string): string {
  return `companies/${own.companyId}/packs/${packId.slice(0, 2)}/${packId}`;
}
