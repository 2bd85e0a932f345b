import { expect, test } from "vitest";
import { createMemoryStore } from "../../domain/store/memory-store.ts";
import {
  createDomainScene,
  type DomainScene,
  enrolTestAgent,
  openTestRun,
  sendPack,
} from "../../domain/testing/domain-scene.ts";
import { packObjectKey } from "../../domain/zone/object-keys.ts";
import { contentFrames, copyTo, newId32 } from "../sweep/testing/sweep-world.ts";

/** One pack, of which the only copy was read wrong once, and counts as missing everywhere. */
async function misreadPack(): Promise<{ scene: DomainScene; packId: string; key: string }> {
  const scene = await createDomainScene(createMemoryStore(() => new Date()));
  const run = await openTestRun(scene, await enrolTestAgent(scene));
  const packId = await sendPack(scene, run, contentFrames([newId32()]));
  const { companyId, deps } = scene;
  await deps.store.markCopy(companyId, "zone1", { packId, state: "missing", code: "hash_mismatch" });
  return { scene, packId, key: packObjectKey(companyId, { packKind: "content", packId, tier: "backup" }) };
}

const copiesOf = async ({ deps, companyId }: DomainScene, packId: string) =>
  (await deps.store.findPack(companyId, packId))?.copies.map(({ zoneId, state }) => `${zoneId} ${state}`);

test("a copy that nobody else has counts again when it turns out to be good, and is copied from then on", async () => {
  const { scene, packId } = await misreadPack();
  const { store } = scene.deps;
  await copyTo(scene, store, "zone1");
  expect(await copiesOf(scene, packId)).toEqual(["zone1 present", "zone2 missing"]);
  await copyTo(scene, store, "zone2");
  expect(await copiesOf(scene, packId)).toEqual(["zone1 present", "zone2 present"]);
  const request = { sort: "found", isDescending: false, limit: 10, states: [] } as const;
  expect(await store.listFindings(scene.companyId, request)).toMatchObject([{ objectName: packId, state: "healed" }]);
});

test("one that is bad indeed stays missing", async () => {
  const { scene, packId, key } = await misreadPack();
  const objects = scene.zoneObjects.get("zone1");
  objects?.set(
    key,
    (objects.get(key) ?? new Uint8Array()).map((byte, at) => (at === 0 ? byte ^ 1 : byte)),
  );
  await copyTo(scene, scene.deps.store, "zone1");
  expect(await copiesOf(scene, packId)).toEqual(["zone1 missing", "zone2 missing"]);
});
