import { describe, expect, test } from "vitest";
import type { Store } from "../store/store.ts";
import { bytes, createScene, openRun, packOf, publishSnapshot, snapshotOf, ZONE_1, ZONE_2 } from "./store-scene.ts";

export function describeZones(getStore: () => Store): void {
  describe("zones", () => {
    test("a probe's figures stand in the list of zones", async () => {
      const store = getStore();
      const figures = { latencyMs: 1.5, freeBytes: 10, totalBytes: null, errorCode: null };
      await store.recordProbe(ZONE_2, { state: "healthy", ...figures });
      const zones = await store.listZones();
      expect(zones.map((zone) => zone.zoneId)).toEqual([ZONE_1, ZONE_2]);
      expect(zones[1]).toMatchObject({ state: "healthy", probe: { state: "healthy", ...figures } });
    });

    test("what a zone lacks is listed until it is there, and the watermark follows", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const pack = packOf(scene, [bytes(32)]);
      await store.recordPack(companyId, await openRun(store, scene), ZONE_1, pack);
      const { commit } = await publishSnapshot(store, scene, null);
      expect(await store.listCompaniesBehind(ZONE_2)).toContain(companyId);
      expect(await store.advanceWatermark(companyId, ZONE_2)).toMatchObject({ commit: commit - 1, lastCommit: commit });

      const [missing] = await store.listMissingPacks(companyId, ZONE_2, { after: 0, limit: 10 });
      expect(missing).toMatchObject({ packId: pack.packId, packKind: "content" });
      await store.recordPresence(companyId, ZONE_2, { packIds: [pack.packId], objectKeys: [] });
      expect(await store.listMissingPacks(companyId, ZONE_2, { after: 0, limit: 10 })).toEqual([]);
      expect((await store.advanceWatermark(companyId, ZONE_2)).commit).toBe(commit - 1);

      const objects = await store.listMissingObjects(companyId, ZONE_2, { after: "", limit: 100 });
      expect(objects.filter((object) => object.kind === "manifest")).toMatchObject([
        { bytes: null, presentZoneIds: [ZONE_1] },
      ]);
      expect(objects.filter((object) => object.kind === "log").every((object) => object.bytes !== null)).toBe(true);
      const objectKeys = objects.map((object) => object.objectKey);
      expect(objectKeys).toEqual([...objectKeys].sort());
      await store.recordPresence(companyId, ZONE_2, { packIds: [], objectKeys });
      expect(await store.listMissingObjects(companyId, ZONE_2, { after: "", limit: 100 })).toEqual([]);
      expect((await store.advanceWatermark(companyId, ZONE_2)).commit).toBe(commit);
      expect(await store.listCompaniesBehind(ZONE_2)).not.toContain(companyId);
      const watermarks = await store.listWatermarks(companyId);
      expect(watermarks.find((row) => row.zoneId === ZONE_2)).toMatchObject({ commit, lastCommit: commit });
      expect((await store.listWatermarks(null)).filter((row) => row.companyId === companyId)).toEqual(watermarks);
    });

    test("a reserved number holds the watermark back, a void one lets it pass", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const lease = await openRun(store, scene);
      const reserved = await store.reserveCommit(companyId, lease, snapshotOf(scene, 1, new Uint8Array(32)));
      if (reserved.kind !== "reserved") throw new Error(reserved.kind);
      expect((await store.advanceWatermark(companyId, ZONE_1)).commit).toBe(reserved.commit - 1);
      await store.voidCommit(companyId, reserved.commit, "zone_unreachable");
      expect((await store.advanceWatermark(companyId, ZONE_1)).commit).toBe(reserved.commit);
    });

    test("a bad copy counts no longer, until it is verified again", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId, machineId } = scene;
      const id = bytes(32);
      const pack = packOf(scene, [id]);
      await store.recordPack(companyId, await openRun(store, scene), ZONE_1, pack);
      const query = { companyId, scope: 0, zoneId: ZONE_1, machineId, kind: 1, chunkIds: [id] } as const;
      const bad = { packId: pack.packId, state: "suspect", code: "bad_frame" } as const;
      expect(await store.markCopy(companyId, ZONE_1, bad)).toBe(true);
      expect(await store.markCopy(companyId, ZONE_1, { ...bad, packId: "0".repeat(64) })).toBe(false);
      expect(await store.known(query)).toEqual([false]);
      expect(await store.listBadCopies(companyId, 10)).toEqual([
        { packId: pack.packId, zoneId: ZONE_1, state: "suspect" },
      ]);
      await store.recordPresence(companyId, ZONE_1, { packIds: [pack.packId], objectKeys: [] });
      expect(await store.known(query)).toEqual([true]);
      expect(await store.listBadCopies(companyId, 10)).toEqual([]);
    });
  });
}
