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
        {
          bytes: null,
          copies: [
            { zoneId: ZONE_1, state: "present" },
            { zoneId: ZONE_2, state: "missing" },
          ],
        },
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

    test("the watermark waits for key objects: without them a zone alone opens nothing", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const { commit } = await publishSnapshot(store, scene, null);
      const objects = await store.listMissingObjects(companyId, ZONE_2, { after: "", limit: 100 });
      const isKeyObject = ({ objectKey }: { readonly objectKey: string }) => objectKey.includes("/keys/");
      const keysOf = (kept: typeof objects) => kept.map(({ objectKey }) => objectKey);
      const others = objects.filter((object) => !isKeyObject(object));
      await store.recordPresence(companyId, ZONE_2, { packIds: [], objectKeys: keysOf(others) });
      expect((await store.advanceWatermark(companyId, ZONE_2)).commit).toBe(commit - 1);
      const keys = objects.filter(isKeyObject);
      await store.recordPresence(companyId, ZONE_2, { packIds: [], objectKeys: keysOf(keys.slice(1)) });
      expect((await store.advanceWatermark(companyId, ZONE_2)).commit).toBe(commit - 1);
      await store.recordPresence(companyId, ZONE_2, { packIds: [], objectKeys: keysOf(keys) });
      expect((await store.advanceWatermark(companyId, ZONE_2)).commit).toBe(commit);
    });

    test("a reserved number holds the watermark back, a void one lets it pass", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const keys = await store.listMissingObjects(companyId, ZONE_1, { after: "", limit: 100 });
      const objectKeys = keys.map(({ objectKey }) => objectKey);
      await store.recordPresence(companyId, ZONE_1, { packIds: [], objectKeys });
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
      expect(await store.listSuspectPacks(companyId, ZONE_1, 10)).toEqual([pack.packId]);
      expect(await store.listSuspectPacks(companyId, ZONE_2, 10)).toEqual([]);
      await store.recordPresence(companyId, ZONE_1, { packIds: [pack.packId], objectKeys: [] });
      expect(await store.known(query)).toEqual([true]);
      expect(await store.listSuspectPacks(companyId, ZONE_1, 10)).toEqual([]);
    });

    test("copies that are known to be missing do not hide one that is in doubt", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const lease = await openRun(store, scene);
      const packs = Array.from({ length: 3 }, () => packOf(scene, [bytes(32)]));
      for (const pack of packs) await store.recordPack(companyId, lease, ZONE_1, pack);
      const [first, second, last] = packs.map(({ packId }) => packId);
      for (const packId of [first, second]) {
        await store.markCopy(companyId, ZONE_1, { packId: packId ?? "", state: "missing", code: "not_found" });
      }
      await store.markCopy(companyId, ZONE_1, { packId: last ?? "", state: "suspect", code: "bad_frame" });
      expect(await store.listSuspectPacks(companyId, ZONE_1, 1)).toEqual([last]);
    });

    test("a copy in doubt has its company looked at, also where nothing else is to be done", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const pack = packOf(scene, [bytes(32)]);
      await store.recordPack(companyId, await openRun(store, scene), ZONE_1, pack);
      await publishSnapshot(store, scene, null);
      const missing = await store.listMissingObjects(companyId, ZONE_1, { after: "", limit: 100 });
      const objectKeys = missing.map(({ objectKey }) => objectKey);
      await store.recordPresence(companyId, ZONE_1, { packIds: [], objectKeys });
      await store.advanceWatermark(companyId, ZONE_1);
      expect(await store.listCompaniesBehind(ZONE_1)).not.toContain(companyId);
      const mark = { state: "suspect", code: "bad_frame" } as const;
      for (const name of [{ packId: pack.packId }, { objectKey: objectKeys[0] ?? "" }]) {
        await store.markCopy(companyId, ZONE_1, { ...name, ...mark });
        expect(await store.listCompaniesBehind(ZONE_1)).toContain(companyId);
        await store.recordPresence(companyId, ZONE_1, { packIds: [pack.packId], objectKeys });
        expect(await store.listCompaniesBehind(ZONE_1)).not.toContain(companyId);
      }
    });

    test("a bad copy of a manifest, receipt, header or key object counts no longer, until it is there again", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const { snapshot } = await publishSnapshot(store, scene, null);
      const objects = await store.listMissingObjects(companyId, ZONE_2, { after: "", limit: 100 });
      const objectKeys = objects.map(({ objectKey }) => objectKey);
      await store.recordPresence(companyId, ZONE_2, { packIds: [], objectKeys });
      await store.recordPresence(companyId, ZONE_1, { packIds: [], objectKeys });
      const kinds = ["agent", "header", "log", "manifest", "receipt", "source", "wrap"];
      expect([...new Set(objects.map(({ kind }) => kind))].sort()).toEqual(kinds);
      const { generation } = await store.getClosure(companyId);
      for (const { objectKey, kind, sha256 } of objects) {
        const mark = { objectKey, state: "suspect", code: "hash_mismatch" } as const;
        expect(await store.markCopy(companyId, ZONE_1, mark)).toBe(true);
        expect(await store.listSuspectObjects(companyId, ZONE_1, 10)).toMatchObject([{ objectKey, kind, sha256 }]);
        expect(await store.listMissingObjects(companyId, ZONE_1, { after: "", limit: 100 })).toEqual([]);
        const copies = [
          { zoneId: ZONE_1, state: "suspect" },
          { zoneId: ZONE_2, state: "present" },
        ];
        expect(await store.findObject(companyId, objectKey)).toMatchObject({ objectKey, kind, sha256, copies });
        await store.markCopy(companyId, ZONE_1, { objectKey, state: "missing", code: "not_found" });
        await store.markCopy(companyId, ZONE_1, mark);
        expect(await store.listSuspectObjects(companyId, ZONE_1, 10)).toEqual([]);
        const [missing] = await store.listMissingObjects(companyId, ZONE_1, { after: "", limit: 100 });
        expect(missing).toMatchObject({ objectKey, sha256 });
        const isInDatabase = kind !== "manifest" && kind !== "receipt";
        expect(missing?.bytes === null).toBe(!isInDatabase);
        if (kind === "header") expect(missing?.bytes).toEqual(snapshot.header);
        await store.recordPresence(companyId, ZONE_1, { packIds: [], objectKeys: [objectKey] });
        expect((await store.findObject(companyId, objectKey))?.copies[0]?.state).toBe("present");
      }
      expect((await store.getClosure(companyId)).generation).toBe(generation);
      expect(await store.findObject(companyId, "companies/none")).toBeNull();
      const stray = { objectKey: "companies/none", state: "suspect", code: "x" } as const;
      expect(await store.markCopy(companyId, ZONE_1, stray)).toBe(false);
    });
  });
}
