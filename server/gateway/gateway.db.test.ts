import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { concatBytes, toHex } from "../../engine/codec/hex.ts";
import { headerHashOf, snapshotIdOf } from "../../engine/format/manifest.ts";
import { packIndexBytes } from "../../engine/format/pack-index.ts";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { packObjectKey } from "../domain/zone/object-keys.ts";
import {
  type CompanyWorld,
  createCompanyWorld,
  hashHex,
  newMember,
  sealPack,
  sealTestSnapshot,
} from "../testing/company-world.ts";
import {
  BulkClient,
  type GatewayWorld,
  openGatewayWorld,
  openRun,
  readerGrant,
  runGrant,
  tokenFor,
} from "./testing/gateway-world.ts";

let gateway: GatewayWorld;
let world: CompanyWorld;

beforeAll(async () => {
  gateway = await openGatewayWorld();
  world = await createCompanyWorld(gateway.store);
});
afterAll(() => gateway.close());

const content = () => [nodeRandomness.bytes(70_000), nodeRandomness.bytes(900), nodeRandomness.bytes(10)];
const reader = (of = world) => new BulkClient(gateway, tokenFor(gateway, readerGrant(of)));
const pathOfPack = (companyId: string, packId: string, zoneId = "zone1") =>
  join(gateway.folder, zoneId, "backup", packObjectKey(companyId, { packKind: "content", packId, tier: "backup" }));

async function unfinishedFiles(): Promise<string[]> {
  return readdir(join(gateway.folder, "zone1", "backup", ".unfinished")).catch(() => []);
}

/** Backs up one snapshot into a company of its own. */
async function backedUp(zoneId = "zone1") {
  const own = await createCompanyWorld(gateway.store);
  const { run, client } = await openRun(gateway, own, zoneId);
  const sealed = sealTestSnapshot(run, content());
  for (const pack of [sealed.contentPack, sealed.metaPack]) {
    expect(await client.outcome("PUT", `/bulk/v1/packs/${pack.packId}`, pack.bytes)).toBe("201");
  }
  const committed = await client.call("POST", "/bulk/v1/commit-snapshot", sealed.manifest);
  expect(committed.status).toBe(201);
  return { own, run, client, ...sealed, answer: await committed.json() };
}

describe("an agent", () => {
  test("asks, sends packs, commits; a reader finds every byte again", async () => {
    const { own, run, client, contentPack, metaPack, manifest, answer } = await backedUp();
    expect(answer).toMatchObject({
      commit: 1,
      outcome: "complete",
      snapshotId: snapshotIdOf(nodePrimitives, manifest),
    });
    const ids = contentPack.index.frames.flatMap((frame) => frame.memberIds);
    const absent = nodeRandomness.bytes(32);
    const known = await client.call("POST", "/bulk/v1/known-chunks?kind=1", concatBytes(...ids, absent));
    expect([...new Uint8Array(await known.arrayBuffer())]).toEqual([0b0111]);
    const again = await client.call("POST", "/bulk/v1/commit-snapshot", manifest);
    expect([again.status, await again.json()]).toEqual([200, answer]);
    expect(await client.outcome("PUT", `/bulk/v1/packs/${contentPack.packId}`, contentPack.bytes)).toContain(
      "lease_lost",
    );

    const found = await reader(own).call("POST", "/bulk/v1/locate", concatBytes(...ids, absent));
    const located = await found.json();
    expect(located.packs).toEqual([contentPack.packId]);
    expect(located.at.at(-1)).toBeNull();
    expect(located.at.slice(0, -1).every((place: unknown) => Array.isArray(place))).toBe(true);
    for (const pack of [contentPack, metaPack]) {
      const index = await reader(own).call("GET", `/bulk/v1/packs/${pack.packId}/index`);
      expect(index.headers.get("x-holdfast-zone")).toBe("zone1");
      expect(Buffer.from(await index.arrayBuffer()).equals(packIndexBytes(pack.bytes))).toBe(true);
    }
    const stored = await reader(own).call("GET", `/bulk/v1/snapshots/${answer.snapshotId}/manifest`);
    expect(Buffer.from(await stored.arrayBuffer()).equals(manifest)).toBe(true);
    const receipt = await reader(own).call("GET", `/bulk/v1/snapshots/${answer.snapshotId}/receipt`);
    expect(await receipt.json()).toMatchObject({
      v: 1,
      type: "receipt",
      commit: 1,
      agentId: own.agentId,
      zone: "zone1",
    });
    expect(run.zoneId).toBe("zone1");
  });

  test("sends an id in two packs; a reader is told of one, and of both when it asks for copies", async () => {
    const own = await createCompanyWorld(gateway.store);
    const { run, client } = await openRun(gateway, own);
    const members = content().map((plain) => newMember(own, 1, plain));
    const [all, last] = [sealPack(run, "content", members), sealPack(run, "content", members.slice(-1))];
    for (const { packId, bytes } of [all, last]) {
      expect(await client.outcome("PUT", `/bulk/v1/packs/${packId}`, bytes)).toBe("201");
    }
    const ids = concatBytes(...members.map(({ id }) => id), nodeRandomness.bytes(32));
    const copies = await (await reader(own).call("POST", "/bulk/v1/locate-copies", ids)).json();
    expect(copies.packs).toEqual([all.packId, last.packId]);
    const [[large], [small], tiny, absent] = copies.at;
    expect([large, small, ...tiny, absent]).toEqual([[0, 0], [0, 1], [0, 1], [1, 0], []]);
    const located = await (await reader(own).call("POST", "/bulk/v1/locate", ids)).json();
    expect(located).toEqual({ packs: [all.packId], at: [large, small, tiny[0], null] });
  });

  test("sends a pack twice, also at once, and it is there once", async () => {
    const { run, client } = await openRun(gateway, world);
    const pack = sealPack(
      run,
      "content",
      content().map((plain) => newMember(world, 1, plain)),
    );
    const path = `/bulk/v1/packs/${pack.packId}`;
    const outcomes = await Promise.all([1, 2, 3].map(() => client.outcome("PUT", path, pack.bytes)));
    expect(outcomes.toSorted()).toEqual(["200", "200", "201"]);
    expect(await client.outcome("PUT", path, pack.bytes)).toBe("200");
    expect(hashHex(await readFile(pathOfPack(world.companyId, pack.packId)))).toBe(pack.packId);
  });

  test("continues its chain, and a manifest out of order is refused", async () => {
    const { own, manifest } = await backedUp();
    const { run, client } = await openRun(gateway, own);
    const first = headerHashOf(nodePrimitives, manifest.subarray(0, 364));
    const wrong = sealTestSnapshot(run, content(), { sequence: 3, previousHeaderHash: first });
    const next = sealTestSnapshot(run, content(), { sequence: 2, previousHeaderHash: first });
    for (const pack of [wrong.contentPack, wrong.metaPack, next.contentPack, next.metaPack]) {
      await client.outcome("PUT", `/bulk/v1/packs/${pack.packId}`, pack.bytes);
    }
    expect(await client.outcome("POST", "/bulk/v1/commit-snapshot", wrong.manifest)).toBe("409 sequence_conflict");
    expect(await client.outcome("POST", "/bulk/v1/commit-snapshot", next.manifest)).toBe("201");
  });

  test("is told what is missing when it commits too early", async () => {
    const { run, client } = await openRun(gateway, await createCompanyWorld(gateway.store));
    const sealed = sealTestSnapshot(run, content());
    await client.outcome("PUT", `/bulk/v1/packs/${sealed.metaPack.packId}`, sealed.metaPack.bytes);
    const refused = await client.call("POST", "/bulk/v1/commit-snapshot", sealed.manifest);
    const { code, missing, missingCount } = await refused.json();
    const ids = sealed.contentPack.index.frames.flatMap((frame) => frame.memberIds.map(toHex));
    expect([refused.status, code, missingCount]).toEqual([409, "missing_objects", 3]);
    expect(missing.toSorted()).toEqual(ids.toSorted());
  });
});

describe("a bad pack", () => {
  test("is refused and leaves nothing behind", async () => {
    const own = await createCompanyWorld(gateway.store);
    const { run, client } = await openRun(gateway, own);
    const good = sealPack(run, "content", [newMember(own, 1, nodeRandomness.bytes(5_000))]);
    const changed = Uint8Array.from(good.bytes);
    changed[changed.length - 14] = (changed[changed.length - 14] ?? 0) ^ 1;
    const foreign = sealPack({ ...run, world: { ...own, companyId: world.companyId } }, "content", [
      newMember(own, 1, nodeRandomness.bytes(99)),
    ]);
    const forged = sealPack({ ...run, slot: { ...run.slot, signature: nodeRandomness.bytes(64) } }, "content", [
      newMember(own, 1, nodeRandomness.bytes(99)),
    ]);
    const other = await openRun(gateway, world);
    const otherRun = sealPack({ ...run, slot: other.run.slot }, "content", [
      newMember(own, 1, nodeRandomness.bytes(9)),
    ]);
    const noise = nodeRandomness.bytes(10_000);
    const cutShort = good.bytes.subarray(0, good.bytes.length - 7);
    const cases: [string, Uint8Array, string][] = [
      [good.packId, changed, "400 hash_mismatch"],
      [good.packId, cutShort, "400 hash_mismatch"],
      [hashHex(changed), changed, "400 pack_invalid"],
      [hashHex(cutShort), cutShort, "400 pack_invalid"],
      [hashHex(noise), noise, "400 pack_invalid"],
      [foreign.packId, foreign.bytes, "400 pack_invalid"],
      [forged.packId, forged.bytes, "400 pack_invalid"],
      [otherRun.packId, otherRun.bytes, "400 pack_invalid"],
      ["0".repeat(64), new Uint8Array(3), "400 hash_mismatch"],
    ];
    for (const [packId, bytes, expected] of cases) {
      expect(await client.outcome("PUT", `/bulk/v1/packs/${packId}`, bytes)).toBe(expected);
      expect(await gateway.store.findPack(own.companyId, packId)).toBeNull();
    }
    const zone = gateway.zones.find("zone1");
    expect(await zone?.backup.list(`companies/${own.companyId}/`, { limit: 10 })).toEqual([]);
    expect(await unfinishedFiles()).toEqual([]);
    expect(await client.outcome("PUT", `/bulk/v1/packs/${good.packId}`, good.bytes)).toBe("201");
  });

  test("that is too large, or of unknown length, or breaks off, leaves nothing behind", async () => {
    const { run, client } = await openRun(gateway, world);
    const pack = sealPack(run, "content", [newMember(world, 1, nodeRandomness.bytes(500_000))]);
    const path = `/bulk/v1/packs/${pack.packId}`;
    const token = tokenFor(gateway, runGrant(run));
    expect(await statusOf(path, token, { "content-length": String(33 * 1024 * 1024) }, Buffer.alloc(10))).toBe(413);
    expect(await statusOf(path, token, { "transfer-encoding": "chunked" }, Buffer.alloc(10))).toBe(400);
    const length = { "content-length": String(pack.bytes.length) };
    expect(await statusOf(path, token, length, Buffer.from(pack.bytes.subarray(0, 200_000)))).toBeNull();
    expect(await gateway.store.findPack(world.companyId, pack.packId)).toBeNull();
    expect(await unfinishedFiles()).toEqual([]);
    expect(await client.outcome("PUT", path, pack.bytes)).toBe("201");
  });

  test("that lies in the zone already is replaced by the good one", async () => {
    const { run, client } = await openRun(gateway, world);
    const pack = sealPack(run, "content", [newMember(world, 1, nodeRandomness.bytes(5_000))]);
    const zone = gateway.zones.find("zone1");
    const key = packObjectKey(world.companyId, { packKind: "content", packId: pack.packId, tier: "backup" });
    await zone?.backup.put(key, [pack.bytes.subarray(0, 2_000)], 2_000);
    expect(await client.outcome("PUT", `/bulk/v1/packs/${pack.packId}`, pack.bytes)).toBe("201");
    expect(hashHex(await readFile(pathOfPack(world.companyId, pack.packId)))).toBe(pack.packId);
  });

  test("cannot be stored while its zone is away, and can once it is back", async () => {
    const { run, client } = await openRun(gateway, world);
    const pack = sealPack(run, "content", [newMember(world, 1, nodeRandomness.bytes(5_000))]);
    const base = join(gateway.folder, "zone1", "backup");
    await rename(base, `${base}-away`);
    expect(await client.outcome("PUT", `/bulk/v1/packs/${pack.packId}`, pack.bytes)).toBe("503 zone_unreachable");
    await rename(`${base}-away`, base);
    expect(await client.outcome("PUT", `/bulk/v1/packs/${pack.packId}`, pack.bytes)).toBe("201");
  });
});

describe("a reader", () => {
  test("gets exactly the range it asks for", async () => {
    const { own, contentPack } = await backedUp();
    const path = `/bulk/v1/packs/${contentPack.packId}`;
    const total = contentPack.bytes.length;
    for (const [range, from, to] of [
      ["bytes=0-0", 0, 1],
      ["bytes=100-50099", 100, 50_100],
      ["bytes=60000-", 60_000, total],
      ["bytes=-16", total - 16, total],
      ["bytes=5-99999999", 5, total],
    ] as const) {
      const answer = await reader(own).call("GET", path, undefined, { range });
      expect(answer.status).toBe(206);
      expect(answer.headers.get("content-range")).toBe(`bytes ${from}-${to - 1}/${total}`);
      expect(Buffer.from(await answer.arrayBuffer()).equals(contentPack.bytes.subarray(from, to))).toBe(true);
    }
    const whole = await reader(own).call("GET", path);
    expect([whole.status, (await whole.arrayBuffer()).byteLength]).toEqual([200, total]);
    for (const range of ["bytes=9-3", `bytes=${total}-`, "bytes=0-1,4-5", "bytes=-", "lines=1-2"]) {
      const answer = await reader(own).call("GET", path, undefined, { range });
      expect([answer.status, (await answer.json()).code]).toEqual([416, "range_invalid"]);
    }
  });

  test("is served from zone 2 when zone 1 is gone, and from nowhere when the only zone is excluded", async () => {
    const { own, contentPack, answer, manifest } = await backedUp();
    await copyToZone2(own.companyId);
    await gateway.store.recordPresence(own.companyId, "zone2", { packIds: [contentPack.packId], objectKeys: [] });
    const path = `/bulk/v1/packs/${contentPack.packId}`;
    const excluded = await reader(own).call("GET", `${path}?exclude=zone1`);
    expect(excluded.headers.get("x-holdfast-zone")).toBe("zone2");
    await excluded.arrayBuffer();
    expect(await reader(own).outcome("GET", `${path}?exclude=zone1,zone2`)).toBe("404 not_found");
    await rm(pathOfPack(own.companyId, contentPack.packId));
    for (const what of [path, `${path}/index`]) {
      const found = await reader(own).call("GET", what);
      expect([found.status, found.headers.get("x-holdfast-zone")]).toEqual([200, "zone2"]);
      await found.arrayBuffer();
    }
    const folder = join(gateway.folder, "zone1", "backup", "companies", own.companyId, "snapshots");
    for (const name of await readdir(folder)) if (!name.endsWith("receipt")) await writeFile(join(folder, name), "rot");
    const stored = await reader(own).call("GET", `/bulk/v1/snapshots/${answer.snapshotId}/manifest`);
    expect(Buffer.from(await stored.arrayBuffer()).equals(manifest)).toBe(true);
  });

  test("reports a bad copy, which becomes suspect and is asked last", async () => {
    const { own, contentPack } = await backedUp();
    await copyToZone2(own.companyId);
    const { packId } = contentPack;
    await gateway.store.recordPresence(own.companyId, "zone2", { packIds: [packId], objectKeys: [] });
    const report = (zoneId: string) => Buffer.from(JSON.stringify({ packId, zoneId, frame: 0, code: "bad_hash" }));
    expect(await reader(own).outcome("POST", "/bulk/v1/reports", report("zone1"))).toBe("202");
    const found = await reader(own).call("GET", `/bulk/v1/packs/${packId}`);
    expect(found.headers.get("x-holdfast-zone")).toBe("zone2");
    await found.arrayBuffer();
    expect(await reader(own).outcome("POST", "/bulk/v1/reports", report("zone9"))).toBe("404 not_found");
    expect(await reader(own).outcome("POST", "/bulk/v1/reports", Buffer.from("{}"))).toBe("400 bad_input");
  });

  test("is refused questions that make no sense", async () => {
    for (const size of [0, 31, 33]) {
      expect(await reader().outcome("POST", "/bulk/v1/locate", new Uint8Array(size))).toBe("400 bad_input");
    }
    expect(await reader().outcome("POST", "/bulk/v1/locate", new Uint8Array(320_032))).toBe("413 too_large");
    expect(await reader().outcome("POST", "/bulk/v1/locate-copies", new Uint8Array(257 * 32))).toBe("413 too_large");
    expect(await reader().outcome("GET", `/bulk/v1/packs/${"0".repeat(64)}`)).toBe("404 not_found");
    expect(await reader().outcome("GET", "/bulk/v1/packs/%2e%2e%2fetc")).toBe("404 not_found");
    expect(await reader().outcome("GET", "/bulk/v1/nothing")).toBe("404 not_found");
  });
});

async function copyToZone2(companyId: string): Promise<void> {
  const [from, to] = [gateway.zones.find("zone1")?.backup, gateway.zones.find("zone2")?.backup];
  if (!from || !to) throw new Error("two zones are needed");
  for (const { key, sizeBytes } of await from.list(`companies/${companyId}/`, { limit: 1_000 })) {
    await to.put(key, await from.get(key), sizeBytes);
  }
}

/** Sends raw headers and the start of a body; null when the connection was cut by us before an answer. */
function statusOf(path: string, token: string, headers: Record<string, string>, part: Buffer): Promise<number | null> {
  return new Promise((resolve) => {
    const outgoing = request(`${gateway.url}${path}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
    outgoing.once("response", (answer) => {
      resolve(answer.statusCode ?? null);
      outgoing.destroy();
    });
    outgoing.once("error", () => resolve(null));
    outgoing.write(part, () => {
      if (headers["content-length"] === String(part.length)) outgoing.end();
      else if (part.length > 10) setTimeout(() => outgoing.destroy(), 50);
    });
  });
}

test("an agent that leaves while it waits for a room does not keep the room", async () => {
  const { run } = await openRun(gateway, world);
  const token = tokenFor(gateway, runGrant(run));
  const target = new URL(gateway.url);
  const put = () => {
    const headers = { authorization: `Bearer ${token}`, "content-length": 1000 };
    const path = `/bulk/v1/packs/${toHex(nodeRandomness.bytes(32))}`;
    const upload = request({ host: target.hostname, port: target.port, method: "PUT", path, headers, agent: false });
    upload.on("error", () => undefined);
    const sent = new Promise<void>((resolve) => upload.write(new Uint8Array(10), () => resolve()));
    return { upload, sent };
  };
  const holding = Array.from({ length: 24 }, put);
  await Promise.all(holding.map(({ sent }) => sent));
  await new Promise((resolve) => setTimeout(resolve, 50));
  // The last ones wait for rooms that the first ones hold: they leave first.
  for (const { upload } of holding.toReversed()) {
    upload.destroy();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const sealed = sealTestSnapshot(run, content());
  const client = new BulkClient(gateway, token);
  expect(await client.outcome("PUT", `/bulk/v1/packs/${sealed.contentPack.packId}`, sealed.contentPack.bytes)).toBe(
    "201",
  );
});
