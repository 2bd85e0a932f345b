import { FINDING_STATES, type FindingState } from "../../contracts/scrubs.ts";
import type { PackTier } from "../../engine/format/pack-index.ts";
import type { PackKind } from "../domain/store/pack-store.ts";
import type { ScrubPlace, ScrubSave, ScrubStore } from "../domain/store/scrub-store.ts";
import { MAX_PAGE_ROWS } from "../domain/store/store.ts";
import { writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { toBytes } from "./pg-key-objects.ts";
import { readFindings } from "./pg-lists.ts";
import { type ObjectRecord, toZoneObject } from "./pg-object-rows.ts";
import { type PackRecord, packIdBytes, toPackRow } from "./pg-pack-rows.ts";
import { encodePlace, type RoundRecord, toFindingRow, toScrubRound } from "./pg-scrub-rows.ts";
import { loadStatement } from "./statement.ts";
import { type Tx, withCompany, withProvider } from "./transaction.ts";

const SCRUBS_DUE = loadStatement("scrubs-due");
const SCRUB_ROUND_FIND = loadStatement("scrub-round-find");
const SCRUB_LEFT = loadStatement("scrub-left");
const PACK_COPIES = loadStatement("pack-copies");
const OBJECT_COPIES = loadStatement("object-copies");
const JOB_SAVE = loadStatement("job-save");
const SCRUB_ROUND_PUT = loadStatement("scrub-round-put");
const PACKS_VERIFIED = loadStatement("packs-verified");
const OBJECTS_VERIFIED = loadStatement("objects-verified");
const COMPANIES_TO_TRACE = loadStatement("companies-to-trace");
const FINDINGS_UNTRACED = loadStatement("findings-untraced");
const FINDING_TOUCHED = loadStatement("finding-touched");
const PACKS_META = loadStatement("packs-meta");
const PACK_MEMBERS = loadStatement("pack-members");
const SNAPSHOT_ROOTS = loadStatement("snapshot-roots");
const ZONE_SCRUBS = loadStatement("zone-scrubs");
/** The rows of the list, counted; the planner leaves out what is not counted. */
const COUNT_FINDINGS = {
  name: "count-findings",
  text: `select zone_id, state, count(*)::int as findings from (${loadStatement("list-findings").text}) as findings group by zone_id, state`,
};

export function createPgScrubStore(database: PgDatabase): ScrubStore {
  return {
    listScrubsDue: async (zoneId) => {
      const rows = await withProvider(database, (tx) => tx.rows<{ company_id: string }>(SCRUBS_DUE, [zoneId]));
      return rows.map((row) => row.company_id);
    },
    findScrubRound: async (companyId, zoneId) => {
      const read = (tx: Tx) => tx.rows<RoundRecord>(SCRUB_ROUND_FIND, [companyId, zoneId]);
      return (await withCompany(database, companyId, read)).map(toScrubRound)[0] ?? null;
    },
    countCopiesLeft: async (companyId, zoneId, place) => {
      const values = [companyId, zoneId, ...valuesOf(place)];
      const read = (tx: Tx) => tx.rows<{ copies: number; bytes: number }>(SCRUB_LEFT, values);
      const [left] = await withCompany(database, companyId, read);
      return left ?? { copies: 0, bytes: 0 };
    },
    listPackCopies: async (companyId, zoneId, { after, limit }) => {
      const values = [companyId, zoneId, after, Math.min(limit, MAX_PAGE_ROWS)];
      const rows = await withCompany(database, companyId, (tx) => tx.rows<PackCopyRecord>(PACK_COPIES, values));
      return rows.map(({ pack_no: packNo, pack_id: packId, kind, size_bytes: sizeBytes, tier, locked_until }) => {
        return { packNo, packId, packKind: kind, tier, sizeBytes, lockedUntil: locked_until };
      });
    },
    listObjectCopies: async (companyId, zoneId, { after, limit }) => {
      const values = [companyId, zoneId, after, Math.min(limit, MAX_PAGE_ROWS)];
      const rows = await withCompany(database, companyId, (tx) => tx.rows<ObjectCopyRecord>(OBJECT_COPIES, values));
      return rows.map((row) => ({ ...toZoneObject(row), lockedUntil: row.locked_until }));
    },
    saveScrubRound: (companyId, zoneId, save) =>
      withCompany(database, companyId, (tx) => saveRound(tx, { companyId, zoneId }, save)),
    ...createTraces(database),
    ...createLists(database),
  };
}

interface PackCopyRecord {
  readonly pack_no: number;
  readonly pack_id: string;
  readonly kind: PackKind;
  readonly size_bytes: number;
  readonly tier: PackTier;
  readonly locked_until: Date | null;
}

type ObjectCopyRecord = ObjectRecord & { readonly locked_until: Date | null };

/** The lease first: who lost it saves nothing. Places and figures are no history, so there is no outbox row. */
async function saveRound(
  tx: Tx,
  { companyId, zoneId }: { readonly companyId: string; readonly zoneId: string },
  save: ScrubSave,
): Promise<boolean> {
  const job = [companyId, `scrub/${zoneId}`, save.fencingToken, null, save.leaseMs];
  if ((await tx.run(JOB_SAVE, job)) === 0) return false;
  const { packIds, objectKeys } = save.verified;
  if (packIds.length > 0) await tx.run(PACKS_VERIFIED, [companyId, zoneId, packIds.map(packIdBytes)]);
  if (objectKeys.length > 0) await tx.run(OBJECTS_VERIFIED, [companyId, zoneId, objectKeys]);
  const figures = [save.readBytes, save.leftBytes, save.nextInMs, save.isCounted];
  await tx.run(SCRUB_ROUND_PUT, [companyId, zoneId, encodePlace(save.place), save.kind === "begin", ...figures]);
  return true;
}

type Traces = Pick<
  ScrubStore,
  "listCompaniesToTrace" | "listUntraced" | "recordTouched" | "listMetaPacks" | "listPackMembers" | "listSnapshotRoots"
>;

function createTraces(database: PgDatabase): Traces {
  return {
    listCompaniesToTrace: async () => {
      const rows = await withProvider(database, (tx) => tx.rows<{ company_id: string }>(COMPANIES_TO_TRACE, []));
      return rows.map((row) => row.company_id);
    },
    listUntraced: async (companyId, limit) => {
      const values = [companyId, Math.min(limit, MAX_PAGE_ROWS)];
      const read = (tx: Tx) => tx.rows<{ finding_id: string; pack_id: string }>(FINDINGS_UNTRACED, values);
      const rows = await withCompany(database, companyId, read);
      return rows.map(({ finding_id: findingId, pack_id: packId }) => ({ findingId, packId }));
    },
    recordTouched: (companyId, findingId, { commits, isExact }) =>
      withCompany(database, companyId, async (tx) => {
        if ((await tx.run(FINDING_TOUCHED, [companyId, findingId, commits, isExact])) === 0) return;
        await writeOutbox(tx, companyId, "finding_traced", { findingId, snapshots: commits.length, isExact });
      }),
    listMetaPacks: async (companyId, { after, limit }) => {
      const values = [companyId, after, Math.min(limit, MAX_PAGE_ROWS)];
      const rows = await withCompany(database, companyId, (tx) => tx.rows<PackRecord>(PACKS_META, values));
      return rows.map((row) => ({ ...toPackRow(row), packNo: row.pack_no }));
    },
    listPackMembers: async (companyId, packId) => {
      const read = (tx: Tx) => tx.rows<{ chunk_id: Buffer }>(PACK_MEMBERS, [companyId, packIdBytes(packId)]);
      return (await withCompany(database, companyId, read)).map((row) => toBytes(row.chunk_id));
    },
    listSnapshotRoots: async (companyId, { after, limit }) => {
      const values = [companyId, after, Math.min(limit, MAX_PAGE_ROWS)];
      const rows = await withCompany(database, companyId, (tx) => tx.rows<RootsRecord>(SNAPSHOT_ROOTS, values));
      return rows.map((row) => {
        return {
          commit: row.commit,
          topPageId: toBytes(row.top_page_id),
          changeListId: toBytes(row.change_list_id),
        };
      });
    },
  };
}

interface RootsRecord {
  readonly commit: number;
  readonly top_page_id: Buffer;
  readonly change_list_id: Buffer;
}

function createLists(database: PgDatabase): Pick<ScrubStore, "listFindings" | "listZoneScrubs"> {
  return {
    listFindings: async (companyId, request) => {
      const base = [companyId, request.search ?? null, request.states];
      const read = (tx: Tx) => readFindings(tx, base, request);
      const rows = await (companyId === null ? withProvider(database, read) : withCompany(database, companyId, read));
      return rows.map((row) => ({ ...toFindingRow(row), position: row.position }));
    },
    listZoneScrubs: () =>
      withProvider(database, async (tx) => {
        const zones = await tx.rows<ZoneScrubRecord>(ZONE_SCRUBS, []);
        const counts = await tx.rows<CountRecord>(COUNT_FINDINGS, [null, null, []]);
        return zones.map((zone) => ({
          zoneId: zone.zone_id,
          ordinal: zone.ordinal,
          companies: zone.companies,
          lastFullAt: zone.last_full_at,
          readBytes: zone.read_bytes,
          leftBytes: zone.left_bytes,
          findings: toCounts(counts.filter((row) => row.zone_id === zone.zone_id)),
        }));
      }),
  };
}

interface ZoneScrubRecord {
  readonly zone_id: string;
  readonly ordinal: number;
  readonly companies: number;
  readonly read_bytes: number;
  readonly left_bytes: number;
  readonly last_full_at: Date | null;
}

interface CountRecord {
  readonly zone_id: string;
  readonly state: FindingState;
  readonly findings: number;
}

function toCounts(rows: readonly CountRecord[]): Record<FindingState, number> {
  const counts = { lost: 0, open: 0, healed: 0, gone: 0 };
  for (const state of FINDING_STATES) counts[state] = rows.find((row) => row.state === state)?.findings ?? 0;
  return counts;
}

/** Behind the objects none of them is left. */
function valuesOf(place: ScrubPlace): [string | null, number] {
  return place.phase === "objects" ? [place.after, 0] : [null, place.after];
}
