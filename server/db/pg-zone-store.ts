import { MAX_PAGE_ROWS } from "../domain/store/store.ts";
import type { Watermark, ZoneRow, ZoneState, ZoneStore } from "../domain/store/zone-store.ts";
import { writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { healFindings, markCopy } from "./pg-findings.ts";
import {
  type CopiedObjectRecord,
  type MissingObjectRecord,
  type ObjectRecord,
  toMissingObject,
  toObjectRow,
  toZoneObject,
} from "./pg-object-rows.ts";
import { type PackRecord, packIdBytes, toPackRow } from "./pg-pack-rows.ts";
import { loadStatement } from "./statement.ts";
import { PROVIDER_ID, type Tx, withCompany, withCompanyPrisma, withProvider } from "./transaction.ts";

const ZONE_PUT = loadStatement("zone-put");
const ZONE_PRESENCE_BACKFILL = loadStatement("zone-presence-backfill");
const COMPANY_IDS = loadStatement("company-ids");
const PACKS_MISSING = loadStatement("packs-missing");
const OBJECTS_MISSING = loadStatement("objects-missing");
const PRESENCE_PUT_PACKS = loadStatement("presence-put-packs");
const PRESENCE_PUT_OBJECTS = loadStatement("presence-put-objects");
const OBJECT_FIND = loadStatement("object-find");
const PRESENCE_SUSPECT_PACKS = loadStatement("presence-suspect-packs");
const PRESENCE_SUSPECT_OBJECTS = loadStatement("presence-suspect-objects");
const WATERMARK_ADVANCE = loadStatement("watermark-advance");
const WATERMARK_LIST = loadStatement("watermark-list");
const COMPANIES_BEHIND = loadStatement("companies-behind");

export function createPgZoneStore(database: PgDatabase): ZoneStore {
  return {
    registerZone: (zone) => registerZone(database, zone),
    recordProbe: (zoneId, { state, latencyMs, freeBytes, totalBytes, errorCode }) =>
      withCompanyPrisma(database, PROVIDER_ID, async (tx) => {
        const bytesOf = (figure: number | null) => (figure === null ? null : BigInt(Math.trunc(figure)));
        await tx.$executeRaw`
          update zone set state_since = case when state = ${state} then state_since else now() end, state = ${state}, probed_at = now(), latency_ms = ${latencyMs}, error_code = ${errorCode},
            free_bytes = ${bytesOf(freeBytes)}, total_bytes = ${bytesOf(totalBytes)}
          where zone_id = ${zoneId}`;
      }),
    listZones: () => listZones(database),
    listMissingPacks: async (companyId, zoneId, { after, limit }) => {
      const values = [companyId, zoneId, after, Math.min(limit, MAX_PAGE_ROWS)];
      const rows = await withCompany(database, companyId, (tx) => tx.rows<PackRecord>(PACKS_MISSING, values));
      return rows.map((row) => ({ ...toPackRow(row), packNo: row.pack_no }));
    },
    listMissingObjects: async (companyId, zoneId, { after, limit }) => {
      const values = [companyId, zoneId, after, Math.min(limit, MAX_PAGE_ROWS)];
      const read = (tx: Tx) => tx.rows<MissingObjectRecord>(OBJECTS_MISSING, values);
      return (await withCompany(database, companyId, read)).map(toMissingObject);
    },
    findObject: async (companyId, objectKey) => {
      const read = (tx: Tx) => tx.rows<CopiedObjectRecord>(OBJECT_FIND, [companyId, objectKey]);
      return (await withCompany(database, companyId, read)).map(toObjectRow)[0] ?? null;
    },
    recordPresence: (companyId, zoneId, copies) =>
      withCompany(database, companyId, (tx) => recordPresence(tx, { companyId, zoneId }, copies)),
    markCopy: (companyId, zoneId, { state, code, ...name }) =>
      withCompany(database, companyId, async (tx) => {
        if (!(await markCopy(tx, name, { companyId, zoneId, state, code }))) return false;
        await writeOutbox(tx, companyId, "copy_marked", { zoneId, ...name, state, code });
        return true;
      }),
    listSuspectPacks: async (companyId, zoneId, limit) => {
      const values = [companyId, zoneId, Math.min(limit, MAX_PAGE_ROWS)];
      const rows = await withCompany(database, companyId, (tx) =>
        tx.rows<{ pack_id: string }>(PRESENCE_SUSPECT_PACKS, values),
      );
      return rows.map((row) => row.pack_id);
    },
    listSuspectObjects: async (companyId, zoneId, limit) => {
      const values = [companyId, zoneId, Math.min(limit, MAX_PAGE_ROWS)];
      const read = (tx: Tx) => tx.rows<ObjectRecord>(PRESENCE_SUSPECT_OBJECTS, values);
      return (await withCompany(database, companyId, read)).map(toZoneObject);
    },
    advanceWatermark: (companyId, zoneId) =>
      withCompany(database, companyId, async (tx) => {
        const moved = await tx.run(WATERMARK_ADVANCE, [companyId, zoneId]);
        const rows = await tx.rows<WatermarkRecord>(WATERMARK_LIST, [companyId]);
        const watermark = rows.map(toWatermark).find((row) => row.zoneId === zoneId);
        if (!watermark) throw new Error(`zone ${zoneId} is not registered`);
        if (moved > 0) await writeOutbox(tx, companyId, "watermark_moved", { zoneId, commit: watermark.commit });
        return watermark;
      }),
    listWatermarks: async (companyId) => {
      const read = (tx: Tx) => tx.rows<WatermarkRecord>(WATERMARK_LIST, [companyId]);
      const rows = await (companyId === null ? withProvider(database, read) : withCompany(database, companyId, read));
      return rows.map(toWatermark);
    },
    listCompaniesBehind: async (zoneId) => {
      const rows = await withProvider(database, (tx) => tx.rows<{ company_id: string }>(COMPANIES_BEHIND, [zoneId]));
      return rows.map((row) => row.company_id);
    },
  };
}

async function recordPresence(
  tx: Tx,
  { companyId, zoneId }: { readonly companyId: string; readonly zoneId: string },
  { packIds, objectKeys }: Parameters<ZoneStore["recordPresence"]>[2],
): Promise<void> {
  const packs = packIds.map(packIdBytes);
  if (packs.length > 0) await tx.run(PRESENCE_PUT_PACKS, [companyId, zoneId, packs]);
  if (objectKeys.length > 0) await tx.run(PRESENCE_PUT_OBJECTS, [companyId, zoneId, objectKeys]);
  await healFindings(tx, { companyId, zoneId }, { packIds: packs, objectKeys });
  await writeOutbox(tx, companyId, "copies_present", { zoneId, packIds, objectKeys });
}

async function registerZone(database: PgDatabase, zone: Parameters<ZoneStore["registerZone"]>[0]): Promise<void> {
  const { zoneId, ordinal, zoneKind } = zone;
  await withCompany(database, PROVIDER_ID, async (tx) => {
    const [row] = await tx.rows<{ is_new: boolean }>(ZONE_PUT, [zoneId, ordinal, zoneKind]);
    if (row?.is_new) await writeOutbox(tx, PROVIDER_ID, "zone_registered", { zoneId, ordinal, zoneKind });
  });
  // One company at a time: a zone that joins late is behind with everything, and each company's rows are its own. Done at
  // every start, because what broke off here would never be copied, and the watermark would pass over it.
  const companies = await withProvider(database, (tx) => tx.rows<{ company_id: string }>(COMPANY_IDS, []));
  for (const { company_id: companyId } of companies) {
    await withCompany(database, companyId, (tx) => tx.run(ZONE_PRESENCE_BACKFILL, [companyId, zoneId]));
  }
}

async function listZones(database: PgDatabase): Promise<readonly ZoneRow[]> {
  const rows = await withCompanyPrisma(database, PROVIDER_ID, (tx) =>
    tx.zone.findMany({ orderBy: { ordinal: "asc" } }),
  );
  return rows.map((row) => {
    const state = parseZoneState(row.state);
    return {
      zoneId: row.zoneId,
      ordinal: row.ordinal,
      zoneKind: parseZoneKind(row.kind),
      state,
      probedAt: row.probedAt,
      probe:
        row.probedAt === null
          ? null
          : {
              state,
              latencyMs: row.latencyMs ?? 0,
              freeBytes: row.freeBytes === null ? null : Number(row.freeBytes),
              totalBytes: row.totalBytes === null ? null : Number(row.totalBytes),
              errorCode: row.errorCode,
            },
    };
  });
}

function parseZoneState(state: string): ZoneState {
  if (state === "healthy" || state === "unreachable" || state === "catching_up") return state;
  throw new Error(`${state} is no state of a zone`);
}

function parseZoneKind(kind: string): ZoneRow["zoneKind"] {
  if (kind === "fs" || kind === "s3" || kind === "memory") return kind;
  throw new Error(`${kind} is no kind of zone`);
}

interface WatermarkRecord {
  readonly company_id: string;
  readonly zone_id: string;
  readonly commit: number;
  readonly moved_at: Date;
  readonly last_commit: number;
}

function toWatermark(row: WatermarkRecord): Watermark {
  const { company_id: companyId, zone_id: zoneId, commit, moved_at: movedAt, last_commit: lastCommit } = row;
  return { companyId, zoneId, commit, movedAt, lastCommit };
}
