import { Client } from "pg";
import { beforeEach, describe, expect, test } from "vitest";
import type { Zone } from "../../../engine/ports/zone.ts";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { replayJournal } from "../../commands/recover/replay-journal.ts";
import { JOURNALED_TABLES, NOT_JOURNALED } from "../../db/journal-tables.ts";
import { openPgDatabase, type PgDatabase } from "../../db/pg-database.ts";
import { createPgJournalStore } from "../../db/pg-journal-store.ts";
import { createPgStore } from "../../db/pg-store.ts";
import { RebuildDatabase } from "../../db/rebuild-database.ts";
import type { JournalStore } from "../../domain/journal/journal-store.ts";
import { findChain } from "../../domain/journal/read-chain.ts";
import { findSegmentName } from "../../domain/journal/segment.ts";
import { NOTHING_SET } from "../../domain/schedule/effective-schedule.ts";
import type { Store } from "../../domain/store/store.ts";
import {
  bytes,
  createScene,
  newUuid,
  openRun,
  packOf,
  publishSnapshot,
  registerZones,
  type Scene,
  ZONE_1,
  ZONE_2,
} from "../../domain/testing/store-scene.ts";
import { createLog } from "../../platform/log.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/postgres.ts";
import { termBytes, termKey } from "../../zones/control-term.ts";
import { type Faults, NO_FAULTS, withFaults } from "../../zones/faulty-zone.ts";
import { createMemoryZone } from "../../zones/memory-zone.ts";
import { type OpenZoneSet, zoneHandleOf, zoneSetOf } from "../../zones/open-zones.ts";
import { TermWatch } from "../../zones/term-watch.ts";
import { withTerm } from "../../zones/with-term.ts";
import { makeBase } from "./make-base.ts";
import { pruneJournal } from "./prune-journal.ts";
import { ShipJournal } from "./ship-journal.ts";

const log = createLog("test");
log.level = "silent";
/** What moves all the time, and is worked out again. */
const MOVING: Readonly<Record<string, readonly string[]>> = {
  company: ["next_commit", "last_commit", "publications", "closure_generation", "last_snapshot_at"],
  machine: ["last_seen_at", "agent_version", "last_snapshot_at"],
  run: ["lease_until", "heartbeat_at"],
};

let database: TestDatabase;
let app: PgDatabase;
let worker: PgDatabase;
let store: Store;
let journal: JournalStore;
let objects: Record<string, Map<string, Uint8Array>>;
let faults: Record<string, Faults>;
let zones: OpenZoneSet;
let clockMs: number;
let ship: ShipJournal;

beforeEach(async () => {
  database = await createTestDatabase();
  app = openPgDatabase({ url: database.appUrl });
  worker = openPgDatabase({ url: database.workerUrl });
  store = createPgStore(app);
  journal = createPgJournalStore(worker);
  objects = { [ZONE_1]: new Map(), [ZONE_2]: new Map() };
  faults = { [ZONE_1]: { ...NO_FAULTS }, [ZONE_2]: { ...NO_FAULTS } };
  clockMs = Date.now();
  const clock = { now: () => new Date(), sleep: async () => undefined };
  zones = zoneSetOf(
    [ZONE_1, ZONE_2].map((zoneId, at) => {
      const memory = createMemoryZone({ zoneId, primitives: nodePrimitives, objects: objects[zoneId] ?? new Map() });
      const faulty = withFaults(memory, { seed: at, clock, faults: faults[zoneId] ?? { ...NO_FAULTS } });
      const watch = new TermWatch({ term: 1, clock: { ...clock, now: () => new Date(clockMs) } });
      watch.add(faulty);
      const backup = withTerm(faulty, watch);
      return zoneHandleOf({ zoneId, ordinal: at + 1, zoneKind: "memory", backup, archive: backup });
    }),
  );
  await registerZones(store);
  ship = newShip();
  return async () => {
    await app.close();
    await worker.close();
    await database.drop();
  };
});

function newShip(): ShipJournal {
  const now = () => new Date(clockMs);
  return new ShipJournal({ journal, primitives: nodePrimitives, log, now });
}

async function turn(by = ship): Promise<void> {
  await by.cut();
  await Promise.all(zones.all().map((zone) => by.shipTo(zone)));
}

/** Enough later for a zone that failed to be tried again. */
async function turnLater(): Promise<void> {
  clockMs += 60_000;
  await turn();
}

/** Something of everything: a company with people and keys, a machine, packs, a snapshot, an ended run and an open one. */
async function live(): Promise<Scene> {
  const scene = await createScene(store);
  await store.recordPack(scene.companyId, await openRun(store, scene), ZONE_1, packOf(scene, [bytes(32)]));
  await publishSnapshot(store, scene, null, { closedPageIds: bytes(32) });
  const settings = { ...NOTHING_SET, jitterSeconds: 60 };
  const schedule = { level: "source", subjectId: scene.sourceId, settings, byPersonId: scene.ownerId } as const;
  await store.putSchedule(scene.companyId, schedule);
  const bandwidth = { rules: [{ hours: Array(7).fill(255), bytesPerSecond: 125_000 }] };
  const ofCompany = {
    ...schedule,
    level: "company",
    subjectId: scene.companyId,
    settings: { ...settings, bandwidth },
  } as const;
  await store.putSchedule(scene.companyId, ofCompany);
  const policy = { policyId: newUuid(), byPersonId: scene.ownerId };
  await store.createPolicy({ ...policy, name: `Gold ${policy.policyId}` });
  await store.putPolicySchedule({ ...policy, settings: { ...settings, bandwidth } });
  await store.assignPolicy(scene.companyId, policy);
  return scene;
}

const backupOf = (zoneId: string): Zone => {
  const zone = zones.find(zoneId);
  if (!zone) throw new Error(zoneId);
  return zone.backup;
};

type Tables = Readonly<Record<string, readonly unknown[]>>;

async function rowsOf(superuserUrl: string): Promise<Tables> {
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const tables: Record<string, readonly unknown[]> = {};
    for (const table of JOURNALED_TABLES) {
      const image = ["to_jsonb(t)", ...(MOVING[table] ?? []).map((column) => `'${column}'`)].join(" - ");
      const { rows } = await client.query(`select ${image} as row from ${table} t order by t::text`);
      tables[table] = rows.map(({ row }) => JSON.stringify(row)).toSorted();
    }
    return tables;
  } finally {
    await client.end();
  }
}

/** What somebody who has this zone and nothing else makes of its journal. */
async function rebuiltFrom(zoneId: string): Promise<Tables> {
  const empty = await createTestDatabase();
  const rebuild = await RebuildDatabase.open(empty.superuserUrl);
  try {
    const chain = await findChain(backupOf(zoneId));
    await replayJournal({ zone: backupOf(zoneId), chain, rebuild, sha256: nodePrimitives.sha256 });
    return await rowsOf(empty.superuserUrl);
  } finally {
    await rebuild.close();
    await empty.drop();
  }
}

describe("the journal", () => {
  test("knows of every table whether it is history", async () => {
    const client = new Client({ connectionString: database.ownerUrl });
    await client.connect();
    const { rows } = await client.query<{ relname: string; triggers: number }>(
      `select relname, (select count(*)::int from pg_trigger where tgrelid = c.oid and tgname like 'journal_%') as triggers
       from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
       and relname not like '\\_%'`,
    );
    await client.end();
    const journaled = rows.filter(({ triggers }) => triggers === 2).map(({ relname }) => relname);
    expect(journaled.toSorted()).toEqual([...JOURNALED_TABLES].toSorted());
    const others = rows.filter(({ triggers }) => triggers === 0).map(({ relname }) => relname);
    expect(others.toSorted()).toEqual(Object.keys(NOT_JOURNALED).toSorted());
  });

  test("rebuilds every row of history from either zone alone", async () => {
    await live();
    await turn();
    await live();
    await turn();
    const before = await rowsOf(database.superuserUrl);
    for (const table of ["person", "key_object", "snapshot", "pack", "audit"])
      expect(before[table]?.length).toBeGreaterThan(1);
    expect(await rebuiltFrom(ZONE_1)).toEqual(before);
    expect(await rebuiltFrom(ZONE_2)).toEqual(before);
  });

  test("has bases, while everything goes on; what is older is not needed, and not kept in the database", async () => {
    // Rows of before there was a journal: nothing wrote their images.
    await live();
    const client = new Client({ connectionString: database.superuserUrl });
    await client.connect();
    await client.query("delete from outbox");
    const writing = (async () => {
      for (let n = 0; n < 5; n += 1) await live();
    })();
    const { baseNumber } = await makeBase(journal, () => ship.cut());
    await writing;
    await turn();
    expect(await rebuiltFrom(ZONE_1)).toEqual(await rowsOf(database.superuserUrl));
    const second = await makeBase(journal, () => ship.cut());
    await live();
    await turn();
    expect(second).toMatchObject({ previous: baseNumber });
    const before = objects[ZONE_2]?.size ?? 0;
    // A later history leaves what an earlier one wrote.
    expect(await pruneJournal(backupOf(ZONE_2), { keepFrom: baseNumber, term: 2 })).toBe(0);
    expect(await pruneJournal(backupOf(ZONE_2), { keepFrom: baseNumber, term: 1 })).toBe(
      before - (objects[ZONE_2]?.size ?? 0),
    );
    expect(
      [...(objects[ZONE_2]?.keys() ?? [])]
        .map((key) => findSegmentName(key)?.number)
        .toSorted((a, b) => (a ?? 0) - (b ?? 0))[0],
    ).toBe(baseNumber);
    const chain = await findChain(backupOf(ZONE_2));
    expect(chain.segments[0]?.number).toBeGreaterThan(baseNumber);
    expect(await rebuiltFrom(ZONE_2)).toEqual(await rowsOf(database.superuserUrl));
    const { rows } = await client.query(
      "select (select count(*)::int from journal_segment) as segments, (select count(*)::int from outbox) as rows",
    );
    await client.end();
    expect(rows).toEqual([{ segments: 0, rows: 0 }]);
  });

  test("reaches a zone that was away as soon as it is back, without a gap, also where there was a base meanwhile", async () => {
    await live();
    await turn();
    if (faults[ZONE_2]) faults[ZONE_2].isLost = true;
    await live();
    await turnLater();
    await expect(journal.findShipped(ZONE_2)).resolves.toBe(1);
    await makeBase(journal, () => ship.cut());
    await turnLater();
    await live();
    if (faults[ZONE_2]) faults[ZONE_2].isLost = false;
    await turnLater();
    expect(await rebuiltFrom(ZONE_2)).toEqual(await rowsOf(database.superuserUrl));
    const numbers = [...(objects[ZONE_2]?.keys() ?? [])].flatMap((key) => findSegmentName(key)?.number ?? []);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: numbers.length }, (_, at) => at + 1));
  });

  test("stores the same again when a worker died before it could note what it had stored", async () => {
    await live();
    await ship.cut();
    for (const { objectKey, bytes: segment } of await journal.listSegments(0, 10))
      objects[ZONE_1]?.set(objectKey, segment);
    const before = objects[ZONE_1]?.size;
    await turn(newShip());
    expect(objects[ZONE_1]?.size).toBe(before);
    expect(await rebuiltFrom(ZONE_1)).toEqual(await rowsOf(database.superuserUrl));
  });

  test("is cut by two workers at once into one chain", async () => {
    const other = openPgDatabase({ url: database.workerUrl });
    const second = new ShipJournal({
      journal: createPgJournalStore(other),
      primitives: nodePrimitives,
      log,
      now: () => new Date(clockMs),
    });
    for (let n = 0; n < 4; n += 1) {
      await Promise.all([live(), turn(), turn(second)]);
      clockMs += 60_000;
    }
    await Promise.all([turnLater(), turn(second)]);
    await other.close();
    expect(await rebuiltFrom(ZONE_1)).toEqual(await rowsOf(database.superuserUrl));
  });

  test("writes nothing into a zone whose history went on under a higher term", async () => {
    await live();
    await turn();
    objects[ZONE_1]?.set(termKey(2), termBytes(2));
    const before = [...(objects[ZONE_1]?.keys() ?? [])];
    await live();
    await turnLater();
    expect([...(objects[ZONE_1]?.keys() ?? [])]).toEqual(before);
    expect(await rebuiltFrom(ZONE_2)).toEqual(await rowsOf(database.superuserUrl));
  });

  test("that lacks a segment, or has a damaged one, is named; nothing is made of the rest", async () => {
    for (let n = 0; n < 3; n += 1) {
      await live();
      await turn();
    }
    const keyOf = (number: number) =>
      [...(objects[ZONE_1]?.keys() ?? [])].find((key) => key.includes(`-${String(number).padStart(12, "0")}-`)) ?? "";
    const middle = objects[ZONE_1]?.get(keyOf(2)) ?? new Uint8Array();
    objects[ZONE_1]?.delete(keyOf(2));
    await expect(rebuiltFrom(ZONE_1)).rejects.toMatchObject({
      code: "journal_broken",
      message: expect.stringContaining("segment 2 "),
    });
    const damaged = Uint8Array.from(middle);
    damaged[damaged.length - 5] = (damaged[damaged.length - 5] ?? 0) ^ 1;
    objects[ZONE_1]?.set(keyOf(2) || keyOf(1).replace("-000000000001-", "-000000000002-"), damaged);
    await expect(rebuiltFrom(ZONE_1)).rejects.toMatchObject({ code: "journal_broken" });
    expect(await rebuiltFrom(ZONE_2)).toEqual(await rowsOf(database.superuserUrl));
  });

  test("holds a zone's watermark back until the snapshot's row is there, too", async () => {
    await turn();
    const { companyId } = await live();
    const missing = await store.listMissingObjects(companyId, ZONE_1, { after: "", limit: 500 });
    const missingPacks = await store.listMissingPacks(companyId, ZONE_1, { after: 0, limit: 500 });
    const present = {
      packIds: missingPacks.map(({ packId }) => packId),
      objectKeys: missing.map(({ objectKey }) => objectKey),
    };
    await store.recordPresence(companyId, ZONE_1, present);
    await expect(store.advanceWatermark(companyId, ZONE_1)).resolves.toMatchObject({ commit: 0, lastCommit: 1 });
    await turn();
    await expect(store.advanceWatermark(companyId, ZONE_1)).resolves.toMatchObject({ commit: 1, lastCommit: 1 });
  });

  test("can be looked into by the worker's own role alone", async () => {
    const as = async (url: string, statement: string) => {
      const client = new Client({ connectionString: url });
      await client.connect();
      try {
        await client.query("begin; set local role holdfast_journal");
        return (await client.query(statement)).rows;
      } finally {
        await client.end();
      }
    };
    await live();
    await expect(as(database.appUrl, "select * from outbox")).rejects.toMatchObject({ code: "42501" });
    expect((await as(database.workerUrl, "select * from outbox")).length).toBeGreaterThan(0);
    for (const statement of [
      "update person set role = 'owner'",
      "delete from snapshot",
      "update outbox set payload = '{}'",
      "select * from session",
    ])
      await expect(as(database.workerUrl, statement), statement).rejects.toMatchObject({ code: "42501" });
  });
});
