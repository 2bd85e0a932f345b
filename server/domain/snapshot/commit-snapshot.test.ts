import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { toHex } from "../../../engine/codec/hex.ts";
import { runDirectoriesOf } from "../pack/run-directories.ts";
import { startRun } from "../run/start-run.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import {
  createDomainScene,
  type DomainScene,
  enrolTestAgent,
  headerHashOfManifest,
  manifestOf,
  openTestRun,
  sendPack,
  type TestAgent,
  type TestRun,
} from "../testing/domain-scene.ts";
import { commitSnapshot } from "./commit-snapshot.ts";

const newChunkId = () => new Uint8Array(randomBytes(32));

interface Tree {
  readonly content: Uint8Array[];
  readonly leaf: Uint8Array;
  readonly topPageId: Uint8Array;
  readonly changeListId: Uint8Array;
  readonly changeLeaf: Uint8Array;
}

let scene: DomainScene;
let agent: TestAgent;
let run: TestRun;
let tree: Tree;

beforeEach(async () => {
  scene = await createDomainScene(createMemoryStore(() => new Date()));
  agent = await enrolTestAgent(scene);
  run = await openTestRun(scene, agent);
  const ids = Array.from({ length: 4 }, newChunkId);
  const [leaf, topPageId, changeListId, changeLeaf] = ids;
  if (!leaf || !topPageId || !changeListId || !changeLeaf) throw new Error("four ids");
  tree = { content: [newChunkId(), newChunkId(), newChunkId()], leaf, topPageId, changeListId, changeLeaf };
});

const contentFrames = ({ content }: Tree) => [{ kind: 1 as const, members: content.map((id) => ({ id })) }];
const pageFrames = ({ leaf, topPageId, content, changeListId, changeLeaf }: Tree) => [
  {
    kind: 2 as const,
    members: [
      { id: leaf, childIds: content },
      { id: topPageId, childIds: [leaf] },
    ],
  },
  { kind: 3 as const, members: [{ id: changeLeaf }, { id: changeListId, childIds: [changeLeaf] }] },
];

const commit = (manifest: Uint8Array, by = run) => commitSnapshot(scene.deps, by.identity, manifest);
const manifest = (change: Partial<Parameters<typeof manifestOf>[3]> = {}) =>
  manifestOf(scene, agent, run, { topPageId: tree.topPageId, changeListId: tree.changeListId, ...change });
/** As after a restart of the gateway, or on another one. */
const forgetDirectories = () => runDirectoriesOf(scene.deps.store).forget(run.identity.runId);

describe("a commit", () => {
  test("publishes what is complete, with manifest, receipt and header in the run's zone", async () => {
    await sendPack(scene, run, contentFrames(tree));
    await sendPack(scene, run, pageFrames(tree));
    const committed = await commit(manifest());
    expect(committed).toMatchObject({ commit: 1, outcome: "complete", isRepeat: false });
    const objects = scene.zoneObjects.get("zone1") ?? new Map();
    const stem = `companies/${scene.companyId}`;
    const keys = [...objects.keys()].filter((key) => /\/(snapshots|headers)\//.test(key));
    expect(keys.map((key) => key.replace(stem, "").replace(/[0-9a-f]{64}/, "*"))).toEqual([
      "/snapshots/000000000001-*",
      "/snapshots/000000000001-*.receipt",
      "/headers/000000000001-*",
    ]);
    const receipt: unknown = JSON.parse(Buffer.from(objects.get(keys[1] ?? "") ?? []).toString());
    expect(receipt).toMatchObject({
      v: 1,
      type: "receipt",
      commit: 1,
      snapshotId: committed.snapshotId,
      zone: "zone1",
    });
    expect(await scene.deps.store.findSnapshot(scene.companyId, committed.snapshotId)).toMatchObject({ commit: 1 });
  });

  test("answers the same when it is repeated", async () => {
    await sendPack(scene, run, contentFrames(tree));
    await sendPack(scene, run, pageFrames(tree));
    const bytes = manifest();
    const first = await commit(bytes);
    expect(await commit(bytes)).toEqual({ ...first, isRepeat: true });
  });

  test("finds everything without what this process remembers", async () => {
    await sendPack(scene, run, contentFrames(tree));
    await sendPack(scene, run, pageFrames(tree));
    forgetDirectories();
    expect(await commit(manifest())).toMatchObject({ commit: 1 });
  });

  test.each([
    ["with its memory", () => undefined],
    ["without its memory", forgetDirectories],
  ])("refuses a snapshot that reaches a missing chunk, and names it, %s", async (_, prepare) => {
    const [missing, ...rest] = tree.content;
    await sendPack(scene, run, contentFrames({ ...tree, content: rest }));
    await sendPack(scene, run, pageFrames(tree));
    prepare();
    await expect(commit(manifest())).rejects.toMatchObject({
      code: "missing_objects",
      details: { missing: [toHex(missing ?? new Uint8Array())], missingCount: 1 },
    });
    expect(
      scene.zoneObjects
        .get("zone1")
        ?.keys()
        .some((key) => key.includes("/snapshots/")),
    ).toBe(false);
    await sendPack(scene, run, contentFrames({ ...tree, content: tree.content.slice(0, 1) }));
    expect(await commit(manifest())).toMatchObject({ commit: 1 });
  });

  test.each([
    ["lost", () => undefined],
    ["cut short", (pack: Uint8Array) => pack.subarray(0, pack.length - 20)],
    ["changed", (pack: Uint8Array) => pack.map((byte, at) => (at === pack.length - 1 ? byte ^ 1 : byte))],
  ])(
    "does not build on a copy of pages that is %s: it becomes suspect, and the pages are asked for again",
    async (_, damage) => {
      await sendPack(scene, run, contentFrames(tree));
      const packId = await sendPack(scene, run, pageFrames(tree));
      forgetDirectories();
      const objects = scene.zoneObjects.get("zone1");
      const key = [...(objects?.keys() ?? [])].find((each) => each.endsWith(packId)) ?? "";
      const damaged = damage(objects?.get(key) ?? new Uint8Array());
      if (damaged) objects?.set(key, damaged);
      else objects?.delete(key);
      await expect(commit(manifest())).rejects.toMatchObject({ code: "missing_objects", details: { missingCount: 2 } });
      expect(await scene.deps.store.listSuspectPacks(scene.companyId, "zone1", 10)).toEqual([packId]);
      await sendPack(scene, run, pageFrames(tree));
      expect(await commit(manifest())).toMatchObject({ commit: 1 });
    },
  );

  test("refuses a snapshot whose pages or change list are missing", async () => {
    await sendPack(scene, run, contentFrames(tree));
    await expect(commit(manifest())).rejects.toMatchObject({ code: "missing_objects", details: { missingCount: 2 } });
  });

  test("refuses content under the name of the top page", async () => {
    await sendPack(scene, run, contentFrames({ ...tree, content: [tree.topPageId, tree.changeListId] }));
    await expect(commit(manifest())).rejects.toMatchObject({ code: "missing_objects", details: { missingCount: 2 } });
  });

  test("does not believe another machine's copy of a page", async () => {
    await sendPack(scene, run, [{ kind: 2, members: [{ id: tree.topPageId, childIds: [] }] }]);
    const { store } = scene.deps;
    const { companyId, zoneId } = run.identity;
    const query = { scope: 0, zoneId, machineId: "0190b5a0-0000-7000-8000-0000000000ff", chunkIds: [tree.topPageId] };
    expect(await store.reach(companyId, query)).toEqual([null]);
  });

  test("rescues a quarantined pack that it needs", async () => {
    const packId = await sendPack(scene, run, contentFrames(tree));
    await sendPack(scene, run, pageFrames(tree));
    const { store } = scene.deps;
    const { publications } = await store.getClosure(scene.companyId);
    await store.quarantinePacks(scene.companyId, [packId], publications);
    await commit(manifest());
    expect((await store.findPack(scene.companyId, packId))?.state).toBe("live");
  });

  test("walks again when a sweep comes between walk and publication", async () => {
    const packId = await sendPack(scene, run, contentFrames(tree));
    await sendPack(scene, run, pageFrames(tree));
    const { store } = scene.deps;
    let sweeps = 0;
    const reserveCommit: typeof store.reserveCommit = async (...input) => {
      const { publications } = await store.getClosure(scene.companyId);
      if (sweeps++ === 0) await store.quarantinePacks(scene.companyId, [packId], publications);
      return store.reserveCommit(...input);
    };
    const deps = { ...scene.deps, store: { ...store, reserveCommit } };
    expect(await commitSnapshot(deps, run.identity, manifest())).toMatchObject({ commit: 1 });
    expect((await store.findPack(scene.companyId, packId))?.state).toBe("live");
  });

  test("does not enter closed pages again, and the next snapshot stands on them", async () => {
    await sendPack(scene, run, contentFrames(tree));
    await sendPack(scene, run, pageFrames(tree));
    const first = manifest();
    await commit(first);
    run = await openTestRun(scene, agent);
    const second = manifest({ sequence: 2, previousHeaderHash: headerHashOfManifest(scene, first) });
    const asked: number[] = [];
    const { store } = scene.deps;
    const reach: typeof store.reach = (companyId, query) => {
      asked.push(query.chunkIds.length);
      return store.reach(companyId, query);
    };
    const deps = { ...scene.deps, store: { ...store, reach } };
    expect(await commitSnapshot(deps, run.identity, second)).toMatchObject({ commit: 2 });
    expect(asked).toEqual([2]);
  });

  test("refuses a lost lease, naming what is missing", async () => {
    await sendPack(scene, run, pageFrames(tree));
    const bytes = manifest();
    const { sourceId, row } = agent;
    await startRun(scene.deps, row, { sourceId, clientRunId: "0190b5a0-0000-7000-8000-0000000000aa" });
    await expect(commit(bytes)).rejects.toMatchObject({ code: "lease_lost", details: { missingCount: 3 } });
  });

  test("refuses a manifest out of order, and one of another company", async () => {
    await sendPack(scene, run, contentFrames(tree));
    await sendPack(scene, run, pageFrames(tree));
    const outOfOrder = manifest({ sequence: 2, previousHeaderHash: newChunkId() });
    await expect(commit(outOfOrder)).rejects.toMatchObject({ code: "sequence_conflict", details: { lastSequence: 0 } });
    const strange = manifest({ companyId: "0190b5a0-0000-7000-8000-0000000000bb" });
    await expect(commit(strange)).rejects.toMatchObject({ code: "manifest_invalid" });
    const forged = manifest();
    forged[200] = (forged[200] ?? 0) ^ 1;
    await expect(commit(forged)).rejects.toMatchObject({ code: "manifest_invalid" });
    await expect(commit(forged.subarray(0, 100))).rejects.toMatchObject({ code: "manifest_invalid" });
  });

  test("counts its own outcome from the gaps", async () => {
    await sendPack(scene, run, contentFrames(tree));
    await sendPack(scene, run, pageFrames(tree));
    expect(await commit(manifest({ gapCount: 3 }))).toMatchObject({ outcome: "complete_with_gaps" });
  });

  test("a zone that fails voids the number, and the next try takes another", async () => {
    await sendPack(scene, run, contentFrames(tree));
    await sendPack(scene, run, pageFrames(tree));
    const zone = scene.deps.zones.find("zone1");
    if (zone === null) throw new Error("no zone");
    const put = async () => Promise.reject(Object.assign(new Error("full"), { code: "full" }));
    const broken = { ...zone, backup: { ...zone.backup, put } };
    const deps = { ...scene.deps, zones: { ...scene.deps.zones, find: () => broken } };
    await expect(commitSnapshot(deps, run.identity, manifest())).rejects.toMatchObject({ code: "full" });
    expect(await commit(manifest())).toMatchObject({ commit: 2 });
    const watermark = await scene.deps.store.advanceWatermark(scene.companyId, "zone1");
    expect(watermark).toMatchObject({ commit: 2 });
  });
});
