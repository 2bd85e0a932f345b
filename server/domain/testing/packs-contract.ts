import { describe, expect, test } from "vitest";
import type { Store } from "../store/store.ts";
import {
  bytes,
  createScene,
  enrolMachine,
  openRun,
  packOf,
  publishSnapshot,
  type Scene,
  ZONE_1,
  ZONE_2,
} from "./store-scene.ts";

export function describePacks(getStore: () => Store): void {
  const knownQuery = (scene: Scene, chunkIds: Uint8Array[]) =>
    ({ companyId: scene.companyId, scope: 0, zoneId: ZONE_1, machineId: scene.machineId, kind: 1, chunkIds }) as const;

  describe("packs and chunks", () => {
    test("chunks of a recorded pack are known in its zone, and located", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const lease = await openRun(store, scene);
      const ids = [bytes(32), bytes(32), bytes(32), bytes(32), bytes(32)];
      const pack = packOf(scene, ids);
      expect(await store.recordPack(companyId, lease, ZONE_1, pack)).toEqual({ kind: "recorded", isNew: true });
      expect(await store.recordPack(companyId, lease, ZONE_1, pack)).toEqual({ kind: "recorded", isNew: false });
      const asked = [...ids, bytes(32)];
      expect(await store.known(knownQuery(scene, asked))).toEqual([true, true, true, true, true, false]);
      expect(await store.known({ ...knownQuery(scene, asked), zoneId: ZONE_2 })).not.toContain(true);
      expect(await store.known({ ...knownQuery(scene, asked), kind: 2 })).not.toContain(true);
      const located = await store.locate(companyId, 0, asked);
      expect(located[4]).toEqual({ packId: pack.packId, frame: 1 });
      expect(located[5]).toBeNull();
      const row = await store.findPack(companyId, pack.packId);
      expect(row).toMatchObject({ state: "live", sizeBytes: 100_000, runId: lease.runId });
      expect(row?.copies).toEqual([
        { zoneId: ZONE_1, state: "present" },
        { zoneId: ZONE_2, state: "missing" },
      ]);
      expect(await store.listPacks(companyId, ["0".repeat(64), pack.packId])).toEqual([null, row]);
      expect(await store.listRunPacks(companyId, lease.runId, { limit: 10 })).toEqual([row]);
      expect(await store.listRunPacks(companyId, lease.runId, { after: pack.packId, limit: 10 })).toEqual([]);
    });

    test("an id that stands twice in one pack is recorded once", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const lease = await openRun(store, scene);
      const id = bytes(32);
      await store.recordPack(scene.companyId, lease, ZONE_1, packOf(scene, [id, id]));
      expect(await store.known(knownQuery(scene, [id, id]))).toEqual([true, true]);
    });

    test("tree pages are known only to the machine that uploaded them", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const other = await enrolMachine(store, scene.companyId);
      const lease = await openRun(store, scene);
      const id = bytes(32);
      await store.recordPack(scene.companyId, lease, ZONE_1, packOf(scene, [id], 2));
      const query = { ...knownQuery(scene, [id]), kind: 2 } as const;
      expect(await store.known(query)).toEqual([true]);
      expect(await store.known({ ...query, machineId: other.machineId })).toEqual([false]);
      const reach = { scope: 0, zoneId: ZONE_1, machineId: other.machineId, chunkIds: [id] };
      expect(await store.reach(scene.companyId, reach)).toEqual([null]);
      expect(await store.reach(scene.companyId, { ...reach, machineId: scene.machineId })).toMatchObject([
        { kind: 2, frame: 0, isClosed: false, isQuarantined: false },
      ]);
    });

    test("all copies of an id are told, one of each machine first, however many a single machine has", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const [id, other] = [bytes(32), bytes(32)];
      const record = async (machine: Pick<Scene, "machineId" | "agentId" | "sourceId" | "certHash">) => {
        const lease = await openRun(store, { ...scene, ...machine });
        const pack = packOf(machine, [other, other, other, other, id]);
        await store.recordPack(companyId, lease, ZONE_1, pack);
        return { packId: pack.packId, frame: 1 };
      };
      const many = [];
      for (let count = 0; count < 20; count++) many.push(await record(scene));
      const second = await record(await enrolMachine(store, companyId));
      const third = await record(await enrolMachine(store, companyId));
      const [copies, none] = await store.locateCopies(companyId, 0, [id, bytes(32)]);
      expect(copies?.slice(0, 3)).toEqual([many[0], second, third]);
      expect(copies).toEqual([many[0], second, third, ...many.slice(1, 14)]);
      expect(none).toEqual([]);
      await store.recordPresence(companyId, ZONE_2, { packIds: [third.packId], objectKeys: [] });
      expect((await store.locateCopies(companyId, 0, [id]))[0]?.[0]).toEqual(third);
      const tooMany = Array.from({ length: 257 }, () => bytes(32));
      await expect(store.locateCopies(companyId, 0, tooMany)).rejects.toMatchObject({ code: "invalid" });
    });

    test("a pack is refused without the lease", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const lost = await openRun(store, scene);
      await openRun(store, scene);
      expect(await store.recordPack(scene.companyId, lost, ZONE_1, packOf(scene, [bytes(32)]))).toEqual({
        kind: "lease_lost",
      });
    });

    test("a quarantined pack is not known, serves a commit, and begins a closure generation", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const lease = await openRun(store, scene);
      const id = bytes(32);
      const pack = packOf(scene, [id]);
      await store.recordPack(companyId, lease, ZONE_1, pack);
      const before = await store.getClosure(companyId);
      const outcome = await store.quarantinePacks(companyId, [pack.packId], before.publications);
      expect(outcome).toEqual({ kind: "quarantined", packIds: [pack.packId] });
      expect(await store.known(knownQuery(scene, [id]))).toEqual([false]);
      const reach = { scope: 0, zoneId: ZONE_1, machineId: scene.machineId, chunkIds: [id] };
      expect(await store.reach(companyId, reach)).toMatchObject([{ isQuarantined: true, packId: pack.packId }]);
      expect((await store.getClosure(companyId)).generation).toBe(before.generation + 1);
    });

    test("marks that do not know the newest snapshot quarantine nothing", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const pack = packOf(scene, [bytes(32)]);
      await store.recordPack(companyId, await openRun(store, scene), ZONE_1, pack);
      const { publications } = await store.getClosure(companyId);
      await publishSnapshot(store, scene, null);
      const outcome = await store.quarantinePacks(companyId, [pack.packId], publications);
      expect(outcome).toEqual({ kind: "marks_outdated", publications: publications + 1 });
      expect((await store.findPack(companyId, pack.packId))?.state).toBe("live");
    });

    test("batches beyond the limit are refused by name", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const ids = Array.from({ length: 10_001 }, () => new Uint8Array(32));
      await expect(store.known(knownQuery(scene, ids))).rejects.toMatchObject({ code: "invalid" });
      await expect(store.known(knownQuery(scene, [bytes(31)]))).rejects.toMatchObject({ code: "invalid" });
    });

    test("a page that many machines have, as that of an empty folder, is known to each by its own copy", async () => {
      const store = getStore();
      const { companyId } = await createScene(store);
      const page = bytes(32);
      const machines = 20;
      const query = { companyId, scope: 0, zoneId: ZONE_1, kind: 2, chunkIds: [page] } as const;
      for (let count = 0; count < machines; count++) {
        const enrolled = await enrolMachine(store, companyId);
        const { machineId } = enrolled;
        expect(await store.known({ ...query, machineId })).toEqual([false]);
        const lease = await openRun(store, { companyId, ownerId: "", emailOfOwner: "", ...enrolled });
        const pack = packOf(enrolled, [page], 2);
        await store.recordPack(companyId, lease, ZONE_1, pack);
        expect(await store.known({ ...query, machineId })).toEqual([true]);
        expect(await store.reach(companyId, { ...query, machineId })).toMatchObject([{ packId: pack.packId }]);
      }
    });
  });
}
