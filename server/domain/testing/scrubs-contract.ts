import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { FINDING_SORTS } from "../../../contracts/scrubs.ts";
import type { ScrubSave } from "../store/scrub-store.ts";
import type { Store } from "../store/store.ts";
import { bytes, createScene, newUuid, openRun, packOf, publishSnapshot, ZONE_1, ZONE_2 } from "./store-scene.ts";

const NOTHING = { packIds: [], objectKeys: [] };
const ALL = { sort: "found", isDescending: true, states: [], limit: 500 } as const;

/**
 * Rounds of scrubbing, and [Note: Findings].
 * @param getWorkerStore deletes packs: what the portal's role may not
 */
export function describeScrubs(getStore: () => Store, getWorkerStore: () => Store): void {
  describe("findings", () => {
    test("a copy that counted and is missing now is one finding, whoever found it and however often it is marked", async () => {
      const { store, companyId, packId } = await createPack(getStore());
      const doubt = { packId, state: "suspect", code: "bad_frame" } as const;
      await store.markCopy(companyId, ZONE_1, doubt);
      expect(await findingsOf(store, companyId)).toEqual([]);
      const missing = { packId, state: "missing", code: "hash_mismatch" } as const;
      await store.markCopy(companyId, ZONE_1, missing);
      await store.markCopy(companyId, ZONE_1, { ...missing, code: "not_found" });
      await store.markCopy(companyId, ZONE_1, doubt);
      const named = { objectName: packId, kind: "content", sizeBytes: 100_000, code: "hash_mismatch" };
      expect(await findingsOf(store, companyId)).toMatchObject([
        { ...named, zoneId: ZONE_1, zoneOrdinal: 1, state: "open", healedAt: null, touched: null },
      ]);
    });

    test("what was never copied is no finding, and neither is a copy that nobody knows", async () => {
      const scene = await createPack(getStore(), { isInBoth: false });
      const { store, companyId, packId } = scene;
      await store.markCopy(companyId, ZONE_2, { packId, state: "missing", code: "not_found" });
      await store.markCopy(companyId, ZONE_1, { packId: "0".repeat(64), state: "missing", code: "not_found" });
      await store.markCopy(companyId, ZONE_1, { objectKey: "companies/none", state: "missing", code: "not_found" });
      expect(await findingsOf(store, companyId)).toEqual([]);
    });

    test("it is healed by the transaction that records a good copy, and a copy that is bad again is found again", async () => {
      const { store, companyId, packId } = await createPack(getStore());
      const missing = { packId, state: "missing", code: "hash_mismatch" } as const;
      await store.markCopy(companyId, ZONE_1, missing);
      await store.recordPresence(companyId, ZONE_2, { packIds: [packId], objectKeys: [] });
      expect(await statesOf(store, companyId)).toEqual(["open"]);
      await store.recordPresence(companyId, ZONE_1, { packIds: [packId], objectKeys: [] });
      const [healed] = await findingsOf(store, companyId);
      expect(healed?.state).toBe("healed");
      expect(healed?.healedAt).toBeInstanceOf(Date);
      await store.markCopy(companyId, ZONE_1, missing);
      expect(await statesOf(store, companyId)).toEqual(["healed", "open"]);
    });

    test("an agent that sends the pack once more heals it as well", async () => {
      const scene = await createPack(getStore());
      const { store, companyId, packId, pack, lease } = scene;
      await store.markCopy(companyId, ZONE_1, { packId, state: "missing", code: "not_found" });
      await store.recordPack(companyId, lease, ZONE_1, pack);
      expect(await statesOf(store, companyId)).toEqual(["healed"]);
    });

    test("no zone with a copy means lost, for every zone's finding, until one has a copy again", async () => {
      const { store, companyId, packId } = await createPack(getStore());
      for (const zoneId of [ZONE_1, ZONE_2]) {
        await store.markCopy(companyId, zoneId, { packId, state: "missing", code: "hash_mismatch" });
      }
      expect(await statesOf(store, companyId)).toEqual(["lost", "lost"]);
      await store.recordPresence(companyId, ZONE_2, { packIds: [packId], objectKeys: [] });
      expect(await statesOf(store, companyId)).toEqual(["healed", "open"]);
    });

    test("what was found about a pack is gone with it, and that a deleted pack's objects are absent is no finding", async () => {
      const worker = getWorkerStore();
      const { store, companyId, packId, lease } = await createPack(getStore());
      await store.endRun(companyId, lease, { outcome: "failed", code: "x" });
      const absent = { packId, state: "missing", code: "not_found" } as const;
      await store.markCopy(companyId, ZONE_1, absent);
      const first = await beginSweep(worker, companyId);
      await store.quarantinePacks(companyId, [packId], first.publications);
      await worker.sealQuarantine(companyId, "backup", first.round);
      expect(await statesOf(store, companyId)).toEqual(["open"]);
      const { round, publications } = await beginSweep(worker, companyId);
      const deleting = await worker.deletePacks(companyId, [packId], { tier: "backup", round, publications });
      expect(deleting).toEqual({ kind: "deleting", packIds: [packId] });
      await worker.markCopy(companyId, ZONE_2, absent);
      await worker.markObjectsDeleted(companyId, [packId], round);
      expect(await findingsOf(store, companyId)).toMatchObject([{ zoneId: ZONE_1, state: "gone" }]);
      await worker.dropChunks(companyId, null, 1_000);
      expect(await worker.forgetPacks(companyId, "backup", round)).toBe(1);
      const left = { zoneId: ZONE_1, state: "gone", objectName: packId };
      expect(await findingsOf(store, companyId)).toMatchObject([left]);
    });

    test("manifest, receipt and header name the snapshot of their commit from the start; what the database keeps is never lost", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const { snapshot } = await publishSnapshot(store, scene, null);
      const objects = await store.listMissingObjects(companyId, ZONE_2, { after: "", limit: 100 });
      const objectKeys = objects.map(({ objectKey }) => objectKey);
      await store.recordPresence(companyId, ZONE_1, { packIds: [], objectKeys });
      for (const objectKey of objectKeys) {
        await store.markCopy(companyId, ZONE_1, { objectKey, state: "missing", code: "wrong_length" });
      }
      const findings = await findingsOf(store, companyId);
      expect(findings.map(({ objectName }) => objectName).sort()).toEqual(objectKeys.toSorted());
      for (const { kind, state, touched } of findings) {
        const isOfSnapshot = kind === "manifest" || kind === "receipt" || kind === "header";
        expect([kind, state]).toEqual([kind, kind === "manifest" || kind === "receipt" ? "lost" : "open"]);
        expect([kind, touched?.isExact, touched?.count]).toEqual([kind, true, isOfSnapshot ? 1 : 0]);
        const named = { snapshotId: snapshot.snapshotId, machineId: scene.machineId, machineName: "Front desk" };
        expect(touched?.newest).toMatchObject(isOfSnapshot ? [named] : []);
      }
      expect(await store.listUntraced(companyId, 10)).toEqual([]);
    });

    test("a pack's snapshots are looked for once; an answer that is not complete is sought again, but not at once", async () => {
      const scene = await createPack(getStore());
      const { store, companyId, packId } = scene;
      const [first, second] = [await publishNext(store, scene, 1), await publishNext(store, scene, 2)];
      await store.markCopy(companyId, ZONE_1, { packId, state: "missing", code: "hash_mismatch" });
      const [found] = await store.listUntraced(companyId, 10);
      expect(found?.packId).toBe(packId);
      expect(await store.listCompaniesToTrace()).toContain(companyId);
      const findingId = found?.findingId ?? "";
      const commits = [first.commit, second.commit, 99];
      await store.recordTouched(companyId, findingId, { commits, isExact: false });
      expect(await store.listUntraced(companyId, 10)).toEqual([]);
      expect(await store.listCompaniesToTrace()).not.toContain(companyId);
      const [row] = await findingsOf(store, companyId);
      expect(row?.touched).toMatchObject({ count: 3, isExact: false });
      const newestFirst = [second, first].map(({ snapshot }) => snapshot.snapshotId);
      expect(row?.touched?.newest.map(({ snapshotId }) => snapshotId)).toEqual(newestFirst);
      await store.recordTouched(companyId, findingId, { commits: [first.commit], isExact: true });
      expect((await findingsOf(store, companyId))[0]?.touched).toMatchObject({ count: 1, isExact: true });
    });

    test("what is worst comes first, states and a search narrow the list, and every order is paged", async () => {
      const { store, companyId, packId } = await createPack(getStore());
      const mark = { packId, state: "missing", code: "hash_mismatch" } as const;
      await store.markCopy(companyId, ZONE_1, mark);
      await store.recordPresence(companyId, ZONE_1, { packIds: [packId], objectKeys: [] });
      for (const zoneId of [ZONE_1, ZONE_2]) await store.markCopy(companyId, zoneId, mark);
      const order = { isDescending: false, states: [], limit: 500 } as const;
      const needs = await store.listFindings(companyId, { ...order, sort: "need" });
      expect(needs.map((row) => row.state)).toEqual(["lost", "lost", "healed"]);
      const healed = await store.listFindings(companyId, { ...order, sort: "need", states: ["healed"] });
      expect(healed.map((row) => row.state)).toEqual(["healed"]);
      expect(await store.listFindings(companyId, { ...order, sort: "found", search: "clayworks" })).toHaveLength(3);
      expect(await store.listFindings(companyId, { ...order, sort: "found", search: "no such" })).toEqual([]);
      for (const sort of FINDING_SORTS) {
        const whole = (await store.listFindings(companyId, { ...order, sort })).map((row) => row.findingId);
        const paged: string[] = [];
        let after: (typeof needs)[number]["position"] | undefined;
        for (const _ of whole) {
          const [row] = await store.listFindings(companyId, { ...order, sort, after, limit: 1 });
          if (row) paged.push(row.findingId);
          after = row?.position;
        }
        expect([sort, paged]).toEqual([sort, whole]);
      }
      const everywhere = await store.listFindings(null, { ...order, sort: "need" });
      expect(everywhere.filter((row) => row.companyId === companyId)).toEqual(needs);
    });
  });

  describe("rounds of scrubbing", () => {
    test("copies that count are listed in order, and counted behind a place", async () => {
      const { store, companyId, packId, ...scene } = await createPack(getStore(), { isInBoth: false });
      const second = packOf(scene.scene, [bytes(32)]);
      await store.recordPack(companyId, scene.lease, ZONE_1, second);
      const copies = await store.listPackCopies(companyId, ZONE_1, { after: 0, limit: 10 });
      expect(copies.map((copy) => copy.packId)).toEqual([packId, second.packId]);
      expect(copies[0]).toMatchObject({ packKind: "content", sizeBytes: 100_000 });
      const [one] = await store.listPackCopies(companyId, ZONE_1, { after: 0, limit: 1 });
      const rest = await store.listPackCopies(companyId, ZONE_1, { after: one?.packNo ?? 0, limit: 10 });
      expect(rest.map((copy) => copy.packId)).toEqual([second.packId]);
      expect(await store.listPackCopies(companyId, ZONE_2, { after: 0, limit: 10 })).toEqual([]);
      const missing = await store.listMissingObjects(companyId, ZONE_1, { after: "", limit: 100 });
      const objectKeys = missing.map(({ objectKey }) => objectKey);
      expect(await store.listObjectCopies(companyId, ZONE_1, { after: "", limit: 100 })).toEqual([]);
      await store.recordPresence(companyId, ZONE_1, { packIds: [], objectKeys });
      const objects = await store.listObjectCopies(companyId, ZONE_1, { after: "", limit: 100 });
      expect(objects.map(({ objectKey }) => objectKey)).toEqual(objectKeys);
      const behind = await store.listObjectCopies(companyId, ZONE_1, { after: objectKeys[0] ?? "", limit: 1 });
      expect(behind.map(({ objectKey }) => objectKey)).toEqual(objectKeys.slice(1, 2));

      const left = (place: Parameters<Store["countCopiesLeft"]>[2]) => store.countCopiesLeft(companyId, ZONE_1, place);
      const objectBytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const all = { copies: objects.length + 2, bytes: objectBytes + 200_000 };
      expect(await left({ phase: "objects", after: "" })).toEqual(all);
      const [first] = objects;
      const without = { copies: all.copies - 1, bytes: all.bytes - (first?.sizeBytes ?? 0) };
      expect(await left({ phase: "objects", after: first?.objectKey ?? "" })).toEqual(without);
      expect(await left({ phase: "packs", after: one?.packNo ?? 0 })).toEqual({ copies: 1, bytes: 100_000 });
      await store.markCopy(companyId, ZONE_1, { packId: second.packId, state: "suspect", code: "bad_frame" });
      expect(await left({ phase: "packs", after: one?.packNo ?? 0 })).toEqual({ copies: 0, bytes: 0 });
      expect(await store.listPackCopies(companyId, ZONE_1, { after: one?.packNo ?? 0, limit: 10 })).toEqual([]);
    });

    test("a place is saved under the lease alone; when the next round begins, the one before is through", async () => {
      const store = getStore();
      const { companyId } = await createScene(store);
      expect(await store.findScrubRound(companyId, ZONE_1)).toBeNull();
      expect(await store.listScrubsDue(ZONE_1)).toContain(companyId);
      const fencingToken = await takeScrub(store, companyId);
      const save = (change: Partial<ScrubSave>) =>
        store.saveScrubRound(companyId, ZONE_1, {
          ...{
            fencingToken,
            leaseMs: 60_000,
            isCounted: false,
            kind: "continue",
            readBytes: 0,
            leftBytes: 0,
            nextInMs: 60_000,
          },
          ...{ place: { phase: "objects", after: "" }, verified: NOTHING, ...change },
        });
      expect(await save({ kind: "begin", leftBytes: 300 })).toBe(true);
      const begun = await store.findScrubRound(companyId, ZONE_1);
      expect(begun).toMatchObject({ place: { phase: "objects", after: "" }, readBytes: 0, lastFullAt: null });
      expect(await store.listScrubsDue(ZONE_1)).not.toContain(companyId);
      const place = { phase: "packs", after: 7 } as const;
      expect(await save({ place, readBytes: 200, leftBytes: 100, nextInMs: 0 })).toBe(true);
      const { startedAt } = begun ?? {};
      const going = await store.findScrubRound(companyId, ZONE_1);
      expect(going).toMatchObject({ startedAt, place, readBytes: 200, leftBytes: 100, countedAt: begun?.countedAt });
      await sleep(5);
      await save({ place, readBytes: 200, leftBytes: 90, nextInMs: 0, isCounted: true });
      const counted = await store.findScrubRound(companyId, ZONE_1);
      expect(counted?.countedAt.getTime()).toBeGreaterThan(begun?.countedAt.getTime() ?? Infinity);
      expect(await store.listScrubsDue(ZONE_1)).toContain(companyId);
      expect(await save({ fencingToken: fencingToken + 1, readBytes: 900 })).toBe(false);
      expect(await store.findScrubRound(companyId, ZONE_1)).toMatchObject({ place, readBytes: 200, lastFullAt: null });
      await save({ kind: "begin", leftBytes: 300 });
      const next = await store.findScrubRound(companyId, ZONE_1);
      expect(next).toMatchObject({ place: { phase: "objects", after: "" }, readBytes: 0 });
      expect(next?.lastFullAt).toEqual(next?.startedAt);
      expect(await store.findScrubRound(companyId, ZONE_2)).toBeNull();
    });

    test("what was verified does not count again where somebody marked it meanwhile", async () => {
      const { store, companyId, packId } = await createPack(getStore());
      const fencingToken = await takeScrub(store, companyId);
      await store.markCopy(companyId, ZONE_1, { packId, state: "suspect", code: "bad_frame" });
      const saved = await store.saveScrubRound(companyId, ZONE_1, {
        ...{
          fencingToken,
          leaseMs: 60_000,
          isCounted: true,
          kind: "begin",
          readBytes: 0,
          leftBytes: 0,
          nextInMs: 60_000,
        },
        ...{ place: { phase: "objects", after: "" }, verified: { packIds: [packId], objectKeys: ["companies/none"] } },
      });
      expect(saved).toBe(true);
      expect((await store.findPack(companyId, packId))?.copies[0]).toEqual({ zoneId: ZONE_1, state: "suspect" });
    });

    test("zones add up the rounds and findings of all companies", async () => {
      const store = getStore();
      const before = await zoneOf(store);
      const { companyId, packId } = await createPack(store);
      const fencingToken = await takeScrub(store, companyId);
      await store.saveScrubRound(companyId, ZONE_1, {
        ...{
          fencingToken,
          leaseMs: 60_000,
          isCounted: true,
          kind: "begin",
          readBytes: 30,
          leftBytes: 70,
          nextInMs: 60_000,
        },
        ...{ place: { phase: "objects", after: "" }, verified: NOTHING },
      });
      await store.markCopy(companyId, ZONE_1, { packId, state: "missing", code: "hash_mismatch" });
      const after = await zoneOf(store);
      expect(after).toEqual({
        ...before,
        companies: before.companies + 1,
        readBytes: before.readBytes + 30,
        leftBytes: before.leftBytes + 70,
        lastFullAt: null,
        findings: { ...before.findings, open: before.findings.open + 1 },
      });
      expect((await store.listZoneScrubs()).map(({ zoneId }) => zoneId)).toEqual([ZONE_1, ZONE_2]);
    });

    test("packs with tree pages, members and roots are listed for those who follow a finding", async () => {
      const { store, companyId, lease, scene, packId, chunkId } = await createPack(getStore());
      const page = bytes(32);
      const meta = packOf(scene, [page], 2);
      await store.recordPack(companyId, lease, ZONE_1, meta);
      const { snapshot, commit } = await publishNext(store, { scene, companyId, lease }, 1);
      const packs = await store.listMetaPacks(companyId, { after: 0, limit: 10 });
      expect(packs.map((pack) => pack.packId)).toEqual([meta.packId]);
      expect(packs[0]?.copies).toContainEqual({ zoneId: ZONE_1, state: "present" });
      expect(await store.listMetaPacks(companyId, { after: packs[0]?.packNo ?? 0, limit: 10 })).toEqual([]);
      expect(await store.listPackMembers(companyId, packId)).toEqual([chunkId]);
      expect(await store.listPackMembers(companyId, meta.packId)).toEqual([page]);
      const { topPageId, changeListId } = snapshot;
      const roots = [{ commit, topPageId, changeListId }];
      expect(await store.listSnapshotRoots(companyId, { after: 0, limit: 10 })).toEqual(roots);
      expect(await store.listSnapshotRoots(companyId, { after: commit, limit: 10 })).toEqual([]);
    });
  });
}

/** A company with one pack of one chunk, in both zones or in the first alone, from a run that is still open. */
async function createPack(store: Store, { isInBoth = true } = {}) {
  const scene = await createScene(store);
  const { companyId } = scene;
  const lease = await openRun(store, scene);
  const chunkId = bytes(32);
  const pack = packOf(scene, [chunkId]);
  await store.recordPack(companyId, lease, ZONE_1, pack);
  if (isInBoth) await store.recordPresence(companyId, ZONE_2, { packIds: [pack.packId], objectKeys: [] });
  return { store, scene, companyId, lease, pack, packId: pack.packId, chunkId };
}

const headers = new Map<string, { readonly sequence: number; readonly headerHash: Uint8Array }>();

/** The open run of the scene ends, and another publishes the snapshot of this sequence. */
async function publishNext(
  store: Store,
  { scene, companyId, lease }: Pick<Awaited<ReturnType<typeof createPack>>, "scene" | "companyId" | "lease">,
  sequence: number,
) {
  if (sequence === 1) await store.endRun(companyId, lease, { outcome: "failed", code: "x" });
  const published = await publishSnapshot(store, scene, headers.get(companyId) ?? null);
  headers.set(companyId, { sequence, headerHash: published.snapshot.headerHash });
  return published;
}

async function takeScrub(store: Store, companyId: string): Promise<number> {
  const taken = await store.takeJob({ companyId, name: `scrub/${ZONE_1}` }, newUuid(), 60_000);
  if (!taken) throw new Error("somebody else scrubs");
  return taken.fencingToken;
}

/** A round of the sweep that marks nothing. */
async function beginSweep(worker: Store, companyId: string) {
  const job = { companyId, name: "sweep" };
  const fencingToken = (await worker.takeJob(job, newUuid(), 60_000))?.fencingToken ?? 0;
  const begun = await worker.beginSweep(
    companyId,
    { jobName: job.name, tier: "backup", fencingToken },
    { isPlanOnly: false },
  );
  if (!begun) throw new Error("the lease is lost");
  await worker.saveJob(job, { fencingToken, cursor: null, leaseMs: 0 });
  return begun;
}

function findingsOf(store: Store, companyId: string) {
  return store.listFindings(companyId, ALL);
}

async function statesOf(store: Store, companyId: string): Promise<string[]> {
  return (await findingsOf(store, companyId)).map((row) => row.state).sort();
}

async function zoneOf(store: Store) {
  const zone = (await store.listZoneScrubs()).find(({ zoneId }) => zoneId === ZONE_1);
  if (!zone) throw new Error("no zone");
  return { ...zone, lastFullAt: null };
}
