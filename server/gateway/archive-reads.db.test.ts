import { afterAll, beforeAll, expect, test } from "vitest";
import { headerHashOf } from "../../engine/format/manifest.ts";
import { parsePackDirectory } from "../../engine/format/pack-index.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import type { Store } from "../domain/store/store.ts";
import { manifestObjectKey } from "../domain/zone/object-keys.ts";
import { newId } from "../platform/ids.ts";
import { createLog } from "../platform/log.ts";
import { createCompanyWorld, hashHex, sealTestSnapshot } from "../testing/company-world.ts";
import { ageCompany } from "../worker/archive/age-company.ts";
import { replicate } from "../worker/replication/replicate.ts";
import { DriftWatch } from "../worker/sweep/read-evidence.ts";
import { sweep } from "../worker/sweep/sweep.ts";
import { termBytes, termKey } from "../zones/control-term.ts";
import {
  BulkClient,
  type GatewayWorld,
  openGatewayWorld,
  openRun,
  readerGrant,
  tokenFor,
} from "./testing/gateway-world.ts";

const DAY_MS = 24 * 3_600_000;
const HEADER_BYTES = 364;
const log = createLog("test");
log.level = "silent";

let gateway: GatewayWorld;

beforeAll(async () => {
  gateway = await openGatewayWorld();
});
afterAll(() => gateway.close());

function workerOptions() {
  const { workerStore, zones } = gateway;
  // Ageing looks from three weeks ahead; everything else goes by the database's own clock.
  const getTime: Store["getTime"] = async () => new Date(Date.now() + 21 * DAY_MS);
  return {
    deps: { store: { ...workerStore, getTime }, zones, primitives: nodePrimitives },
    ...{ owner: "test", log, now: () => new Date(), drift: new DriftWatch() },
    ...{ controlTerm: async () => 1, awaitJournal: async () => true },
    ...{ graceMs: 0, restMs: 0, frameBytes: 512 * 1024 },
  };
}

/** One backup through the gateway, in both zones afterwards. */
async function backUp(
  world: Awaited<ReturnType<typeof createCompanyWorld>>,
  content: string,
  chain: { sequence: number; previousHeaderHash: Uint8Array },
) {
  const { run, client } = await openRun(gateway, world);
  const sealed = sealTestSnapshot(run, [new TextEncoder().encode(content)], chain);
  for (const { packId, bytes } of [sealed.contentPack, sealed.metaPack]) {
    expect(await client.outcome("PUT", `/bulk/v1/packs/${packId}`, bytes)).toBe("201");
  }
  const answer = await client.call("POST", "/bulk/v1/commit-snapshot", sealed.manifest);
  expect(answer.ok).toBe(true);
  const { snapshotId } = (await answer.json()) as { snapshotId: string };
  const previousHeaderHash = headerHashOf(nodePrimitives, sealed.manifest.subarray(0, HEADER_BYTES));
  return { ...sealed, snapshotId, next: { sequence: chain.sequence + 1, previousHeaderHash } };
}

function bytesOf(frame: { readonly offset: number; readonly storedSizeBytes: number } | undefined) {
  if (frame === undefined) throw new Error("This pack has no such frame.");
  return { start: frame.offset, end: frame.offset + frame.storedSizeBytes };
}

test("what only the archive has is read by manifest, index and range as before, from either zone", async () => {
  const world = await createCompanyWorld(gateway.store);
  const { companyId } = world;
  for (const { backup } of gateway.zones.all()) {
    const term = termBytes(1);
    await backup.put(termKey(1), [term], term.length).catch(() => undefined);
  }
  const old = await backUp(world, "a letter of last month", { sequence: 1, previousHeaderHash: new Uint8Array(32) });
  await backUp(world, "a letter of today", old.next);
  const deps = { ...workerOptions().deps, store: gateway.workerStore };
  await replicate({ deps, owner: "test", log, now: () => new Date() }, companyId, "zone2");
  expect(await ageCompany(workerOptions(), companyId)).toMatchObject({
    frozen: 1,
    leftBackup: 1,
    problem: null,
    held: null,
  });
  for (let round = 0; round < 2; round++) expect(await sweep(workerOptions(), companyId)).toMatchObject({ held: null });
  // Both snapshots have the same empty change list, so the old metadata pack stays with the newer one.
  expect((await gateway.store.findPack(companyId, old.contentPack.packId))?.state).toBe("gone");

  const reader = new BulkClient(gateway, tokenFor(gateway, readerGrant(world)));
  const chunkIds = old.contentPack.index.frames.flatMap(({ memberIds }) => [...memberIds]);
  const [place] = await gateway.store.locate(companyId, 0, chunkIds);
  for (const exclude of ["zone2", "zone1"]) {
    const manifest = await reader.call("GET", `/bulk/v1/snapshots/${old.snapshotId}/manifest?exclude=${exclude}`);
    expect(Buffer.from(await manifest.arrayBuffer()).equals(old.manifest)).toBe(true);
    const pack = await reader.call("GET", `/bulk/v1/packs/${place?.packId}?exclude=${exclude}`);
    const bytes = new Uint8Array(await pack.arrayBuffer());
    expect(hashHex(bytes)).toBe(place?.packId);
    const index = parsePackDirectory(bytes);
    expect(index.tier).toBe("archive");
    const frame = bytesOf(index.frames[place?.frame ?? -1]);
    const range = { range: `bytes=${frame.start}-${frame.end - 1}` };
    const part = await reader.call("GET", `/bulk/v1/packs/${place?.packId}?exclude=${exclude}`, undefined, range);
    expect(part.status).toBe(206);
    // The frame itself is the agent's, byte for byte: what opened it before opens it still.
    const before = bytesOf(old.contentPack.index.frames[0]);
    const sealed = Buffer.from(old.contentPack.bytes.subarray(before.start, before.end));
    expect(sealed.equals(Buffer.from(await part.arrayBuffer()))).toBe(true);
  }
  const index = await reader.call("GET", `/bulk/v1/packs/${place?.packId}/index`);
  expect(index.status).toBe(200);
  const receipt = await reader.call("GET", `/bulk/v1/snapshots/${old.snapshotId}/receipt`);
  expect(receipt.status).toBe(200);
});

test("the manifest of a snapshot that both tiers have is read from the archive once no zone has the other one", async () => {
  const world = await createCompanyWorld(gateway.store);
  const { companyId } = world;
  const held = await backUp(world, "a letter for a court", { sequence: 1, previousHeaderHash: new Uint8Array(32) });
  const young = await backUp(world, "a letter of today", held.next);
  const deps = { ...workerOptions().deps, store: gateway.workerStore };
  await replicate({ deps, owner: "test", log, now: () => new Date() }, companyId, "zone2");
  const hold = { holdId: newId(), snapshotId: held.snapshotId, reason: "case 7", byPersonId: world.personId };
  expect(await gateway.store.placeHold(companyId, hold)).toBe("placed");
  expect(await ageCompany({ ...workerOptions(), deps }, companyId)).toMatchObject({ frozen: 1, leftBackup: 0 });

  const reader = new BulkClient(gateway, tokenFor(gateway, readerGrant(world)));
  const manifestOf = (snapshotId: string) => reader.call("GET", `/bulk/v1/snapshots/${snapshotId}/manifest`);
  for (const { snapshotId, manifest } of [held, young]) {
    const commit = (await gateway.store.findSnapshot(companyId, snapshotId))?.commit ?? 0;
    const key = manifestObjectKey(companyId, commit, hashHex(manifest));
    for (const { backup } of gateway.zones.all()) await backup.delete(key);
  }
  const found = await manifestOf(held.snapshotId);
  expect(Buffer.from(await found.arrayBuffer()).equals(held.manifest)).toBe(true);
  expect((await manifestOf(young.snapshotId)).status).toBe(404);
});
