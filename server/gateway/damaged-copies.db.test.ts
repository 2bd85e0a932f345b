import { existsSync, statSync } from "node:fs";
import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import type { PresenceState } from "../domain/store/pack-store.ts";
import type { ObjectRow } from "../domain/store/zone-store.ts";
import { packObjectKey } from "../domain/zone/object-keys.ts";
import { createLog } from "../platform/log.ts";
import { type CompanyWorld, createCompanyWorld, sealTestSnapshot } from "../testing/company-world.ts";
import { replicate } from "../worker/replication/replicate.ts";
import {
  BulkClient,
  type GatewayWorld,
  openGatewayWorld,
  openRun,
  readerGrant,
  tokenFor,
} from "./testing/gateway-world.ts";

const ZONE_IDS = ["zone1", "zone2"] as const;
type ZoneId = (typeof ZONE_IDS)[number];
const WAIT = { timeout: 20_000, interval: 20 };
const log = createLog("test");
log.level = "silent";

/** What happens to files on real disks. */
const DAMAGES: Readonly<Record<string, (path: string) => Promise<void>>> = {
  "a flipped bit": async (path) => {
    const bytes = await readFile(path);
    // The last byte belongs to a pack's footer. What changes inside its frames only who has the keys can tell, and reports it.
    const at = bytes.length - 1;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(path, bytes);
  },
  "a lost end": (path) => truncate(path, Math.floor(statSync(path).size / 2)),
  "a lost file": (path) => rm(path),
};

let gateway: GatewayWorld;
beforeAll(async () => {
  gateway = await openGatewayWorld();
});
afterAll(() => gateway.close());

describe.each(Object.entries(DAMAGES))("%s", (_name, damage) => {
  test.each(ZONE_IDS)(
    "of a manifest or receipt in %s is passed over, marked, and healed by the worker",
    async (zoneId) => {
      const backup = await backUpToBothZones();
      for (const kind of ["manifest", "receipt"] as const) {
        const object = objectOf(backup, kind);
        const path = pathOf(zoneId, object.objectKey);
        const good = await readFile(path);
        await damage(path);
        // The reader does not ask the other zone, so that the damaged one has to be read.
        const only = `?exclude=${otherThan(zoneId)}`;
        expect((await backup.reader.call("GET", `/bulk/v1/snapshots/${backup.snapshotId}/${kind}${only}`)).ok).toBe(
          false,
        );
        await vi.waitFor(async () => expect(await stateOf(backup, object, zoneId)).toBe("suspect"), WAIT);
        const answer = await backup.reader.call("GET", `/bulk/v1/snapshots/${backup.snapshotId}/${kind}`);
        expect(Buffer.from(await answer.arrayBuffer()).equals(good)).toBe(true);
        await heal(backup, zoneId);
        expect((await readFile(path)).equals(good)).toBe(true);
        expect(await stateOf(backup, object, zoneId)).toBe("present");
      }
    },
  );

  test("of the copy that is asked first is served from the other zone, and marked by that same read", async () => {
    const backup = await backUpToBothZones();
    for (const kind of ["manifest", "receipt"] as const) {
      const object = objectOf(backup, kind);
      const good = await readFile(pathOf("zone1", object.objectKey));
      await damage(pathOf("zone1", object.objectKey));
      const answer = await backup.reader.call("GET", `/bulk/v1/snapshots/${backup.snapshotId}/${kind}`);
      expect(Buffer.from(await answer.arrayBuffer()).equals(good)).toBe(true);
      await vi.waitFor(async () => expect(await stateOf(backup, object, "zone1")).toBe("suspect"), WAIT);
    }
    for (const [packId, objectKey] of Object.entries(backup.packs)) {
      await damage(pathOf("zone1", objectKey));
      const answer = await backup.reader.call("GET", `/bulk/v1/packs/${packId}/index`);
      expect([answer.status, answer.headers.get("x-holdfast-zone")]).toEqual([200, "zone2"]);
      await answer.arrayBuffer();
      await vi.waitFor(async () => expect(await packStateOf(backup, packId, "zone1")).toBe("suspect"), WAIT);
    }
    await heal(backup, "zone1");
    await expectAllGood(backup, "zone1");
  });

  test.each(ZONE_IDS)("of any kind of object in %s is healed once somebody doubts it", async (zoneId) => {
    const backup = await backUpToBothZones();
    const kinds = new Set<string>();
    for (const object of backup.objects) {
      kinds.add(object.kind);
      await damage(pathOf(zoneId, object.objectKey));
      const doubt = { objectKey: object.objectKey, state: "suspect", code: "hash_mismatch" } as const;
      expect(await gateway.store.markCopy(backup.companyId, zoneId, doubt)).toBe(true);
    }
    expect([...kinds].sort()).toEqual(["agent", "header", "log", "manifest", "receipt", "source"]);
    await heal(backup, zoneId);
    await expectAllGood(backup, zoneId);
  });

  test("of a header and of key objects in both zones is healed from the database", async () => {
    const backup = await backUpToBothZones();
    const kept = backup.objects.filter(({ kind }) => kind !== "manifest" && kind !== "receipt");
    for (const zoneId of ZONE_IDS) {
      for (const { objectKey } of kept) {
        await damage(pathOf(zoneId, objectKey));
        await gateway.store.markCopy(backup.companyId, zoneId, { objectKey, state: "suspect", code: "hash_mismatch" });
      }
    }
    for (const zoneId of ZONE_IDS) await heal(backup, zoneId);
    for (const zoneId of ZONE_IDS) await expectAllGood(backup, zoneId);
  });

  test("of a manifest in both zones is told, and nothing is replaced by something bad", async () => {
    const backup = await backUpToBothZones();
    const object = objectOf(backup, "manifest");
    for (const zoneId of ZONE_IDS) await damage(pathOf(zoneId, object.objectKey));
    const answer = await backup.reader.call("GET", `/bulk/v1/snapshots/${backup.snapshotId}/manifest`);
    expect(answer.ok).toBe(false);
    for (const zoneId of ZONE_IDS) {
      await vi.waitFor(async () => expect(await stateOf(backup, object, zoneId)).toBe("suspect"), WAIT);
    }
    for (const zoneId of ZONE_IDS) expect((await step(backup, zoneId)).waiting).toBeGreaterThan(0);
    for (const zoneId of ZONE_IDS) expect(await stateOf(backup, object, zoneId)).toBe("missing");
  });
});

test("a copy that was doubted wrongly counts again and is left alone", async () => {
  const backup = await backUpToBothZones();
  for (const { objectKey } of backup.objects) {
    await gateway.store.markCopy(backup.companyId, "zone1", { objectKey, state: "suspect", code: "hash_mismatch" });
  }
  const inodes = () => backup.objects.map(({ objectKey }) => statSync(pathOf("zone1", objectKey)).ino);
  const before = inodes();
  await heal(backup, "zone1");
  expect(inodes()).toEqual(before);
  await expectAllGood(backup, "zone1");
});

interface Backup extends CompanyWorld {
  readonly reader: BulkClient;
  readonly snapshotId: string;
  readonly objects: readonly ObjectRow[];
  /** Keys by id. */
  readonly packs: Readonly<Record<string, string>>;
}

/** One snapshot of a company of its own, everything of it in both zones. */
async function backUpToBothZones(): Promise<Backup> {
  const own = await createCompanyWorld(gateway.store);
  const { run, client } = await openRun(gateway, own);
  const sealed = sealTestSnapshot(run, [nodeRandomness.bytes(70_000)]);
  const packs: Record<string, string> = {};
  for (const [packKind, pack] of [
    ["content", sealed.contentPack],
    ["meta", sealed.metaPack],
  ] as const) {
    expect(await client.outcome("PUT", `/bulk/v1/packs/${pack.packId}`, pack.bytes)).toBe("201");
    packs[pack.packId] = packObjectKey(own.companyId, { packKind, packId: pack.packId, tier: "backup" });
  }
  const committed = await client.call("POST", "/bulk/v1/commit-snapshot", sealed.manifest);
  const { snapshotId } = await committed.json();
  const page = { after: "", limit: 100 };
  const objects = await gateway.store.listMissingObjects(own.companyId, "zone2", page);
  for (const zoneId of ZONE_IDS) await step(own, zoneId);
  const backup = {
    ...own,
    snapshotId,
    objects,
    packs,
    reader: new BulkClient(gateway, tokenFor(gateway, readerGrant(own))),
  };
  for (const zoneId of ZONE_IDS) await expectAllGood(backup, zoneId);
  return backup;
}

function step({ companyId }: CompanyWorld, zoneId: ZoneId) {
  const deps = { store: gateway.store, zones: gateway.zones, primitives: nodePrimitives };
  return replicate({ deps, owner: "test", log, now: () => new Date() }, companyId, zoneId);
}

/** As the worker does: only a company that is listed as behind is looked at. */
async function heal(backup: CompanyWorld, zoneId: ZoneId): Promise<void> {
  expect(await gateway.store.listCompaniesBehind(zoneId)).toContain(backup.companyId);
  expect(await step(backup, zoneId)).toMatchObject({ kind: "done", waiting: 0 });
  expect(await gateway.store.listCompaniesBehind(zoneId)).not.toContain(backup.companyId);
}

async function expectAllGood(backup: Backup, zoneId: ZoneId): Promise<void> {
  for (const object of backup.objects) {
    const path = pathOf(zoneId, object.objectKey);
    expect(existsSync(path) && nodePrimitives.isEqual(nodePrimitives.sha256(await readFile(path)), object.sha256)).toBe(
      true,
    );
    expect(await stateOf(backup, object, zoneId)).toBe("present");
  }
  for (const [packId, objectKey] of Object.entries(backup.packs)) {
    const hash = nodePrimitives.sha256(await readFile(pathOf(zoneId, objectKey)));
    expect(Buffer.from(hash).toString("hex")).toBe(packId);
    expect(await packStateOf(backup, packId, zoneId)).toBe("present");
  }
}

function objectOf({ objects }: Backup, kind: ObjectRow["kind"]): ObjectRow {
  const found = objects.find((object) => object.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
}

async function stateOf(
  { companyId }: Backup,
  { objectKey }: ObjectRow,
  zoneId: ZoneId,
): Promise<PresenceState | undefined> {
  const row = await gateway.store.findObject(companyId, objectKey);
  return row?.copies.find((copy) => copy.zoneId === zoneId)?.state;
}

async function packStateOf({ companyId }: Backup, packId: string, zoneId: ZoneId): Promise<PresenceState | undefined> {
  const row = await gateway.store.findPack(companyId, packId);
  return row?.copies.find((copy) => copy.zoneId === zoneId)?.state;
}

function pathOf(zoneId: ZoneId, objectKey: string): string {
  return join(gateway.folder, zoneId, "backup", objectKey);
}

function otherThan(zoneId: ZoneId): ZoneId {
  return zoneId === "zone1" ? "zone2" : "zone1";
}
