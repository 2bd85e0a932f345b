import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { type OpenDatabase, openDatabase } from "../../db/embedded/open-database.ts";
import { openPgDatabase } from "../../db/pg-database.ts";
import { createPgStore } from "../../db/pg-store.ts";
import { RebuildDatabase } from "../../db/rebuild-database.ts";
import { type Chain, findChain, JournalError } from "../../domain/journal/read-chain.ts";
import type { Watermark } from "../../domain/store/zone-store.ts";
import { tieredZone } from "../../domain/zone/tiered-zone.ts";
import type { ZoneSettings } from "../../platform/zone-settings.ts";
import { readControlTerm, takeControlTerm } from "../../zones/control-term.ts";
import { type OpenZone, openZones } from "../../zones/open-zones.ts";
import { ClientError } from "../owner/client-error.ts";
import { prepareDataFolder, takeDataFolder } from "../supervisor/data-folder.ts";
import { makeZone } from "../supervisor/make-zone.ts";
import { atDataFolder, recordZones, SETTINGS_FILE } from "../supervisor/set-up-zones.ts";
import type { Remains } from "./open-remains.ts";
import { type DamagedPack, rebuildIndex } from "./rebuild-index.ts";
import { listZone, replayJournal } from "./replay-journal.ts";

/** Says that a folder holds a recovery that broke off: it may be begun anew there. */
const BEGUN_FILE = "recovering";
const PROJECT_ROOT = join(import.meta.dirname, "../../..");

export interface RecoverOptions {
  readonly remains: Remains;
  readonly dataFolder: string;
  readonly tell: (message: string) => void;
}

export interface SnapshotBeyond {
  readonly companyId: string;
  readonly snapshotId: string;
  readonly receivedAt: string;
}

export interface RecoverReport {
  readonly counts: Readonly<Record<string, number>>;
  readonly term: number;
  readonly objectsRead: number;
  readonly seconds: number;
  readonly damagedPacks: readonly DamagedPack[];
  /** Found in the zones, and in no row: of a run that had not ended, or of the last second. */
  readonly unknownObjects: number;
  /** Snapshots that no zone that answers has whole. */
  readonly snapshotsBeyond: readonly SnapshotBeyond[];
  /** Of each company in each zone that answers. */
  readonly watermarks: readonly Watermark[];
  /** When the last row of the journal was written: what was done later is not known here. */
  readonly journalEndsAt: string;
}

/**
 * Rebuilds a service in an empty folder.
 *
 * The order is the safety argument: the journal is found and verified before anything is written; the database is filled while nothing
 * uses it; then the new term is written, create-only, into every zone that answers, so that two recoveries cannot both go on from the same
 * point; and `holdfast.json`, without which no service starts on this folder, comes last. Until then a repetition begins anew.
 *
 * @throws ClientError `data_folder_used`, `term_taken`; JournalError; ZoneError
 */
export async function recoverService({ remains, dataFolder, tell }: RecoverOptions): Promise<RecoverReport> {
  const beganMs = performance.now();
  const { zone, chain } = await findBestChain(remains.reachable);
  const terms = await Promise.all(remains.reachable.map(({ backup }) => readControlTerm(backup)));
  const term = Math.max(chain.last.term, ...terms.map((each) => each ?? 1)) + 1;
  tell(`${zone.zoneId} holds a journal of ${chain.segments.length} segments`);
  await requireUnused(dataFolder);
  await prepareDataFolder(dataFolder);
  const release = await takeDataFolder(dataFolder);
  try {
    await writeFile(join(dataFolder, BEGUN_FILE), "");
    await rm(join(dataFolder, "postgres"), { recursive: true, force: true });
    const database = await openDatabase({
      dataFolder,
      migrationsFolder: join(PROJECT_ROOT, "prisma", "migrations"),
      isDurable: true,
    });
    try {
      const filled = await fill({ remains, dataFolder, database, zone, chain, term, tell });
      await takeTerm(remains.reachable, term);
      await makeNewZone(remains.newZone, dataFolder, term);
      await recordZones(dataFolder, remains.zones);
      await rm(join(dataFolder, BEGUN_FILE));
      return { ...filled, term, seconds: Math.round((performance.now() - beganMs) / 100) / 10 };
    } finally {
      await database.server.stop();
    }
  } finally {
    await release();
  }
}

interface Fill extends RecoverOptions {
  readonly database: OpenDatabase;
  readonly zone: OpenZone;
  readonly chain: Chain;
  readonly term: number;
}

async function fill({
  remains,
  database,
  zone,
  chain,
  term,
  tell,
}: Fill): Promise<Omit<RecoverReport, "term" | "seconds">> {
  const pg = openPgDatabase({ url: database.urls.workerUrl });
  const store = createPgStore(pg);
  const rebuild = await RebuildDatabase.open(database.urls.superuserUrl);
  try {
    for (const { zoneId, ordinal, kind: zoneKind } of remains.zones)
      await store.registerZone({ zoneId, ordinal, zoneKind });
    const { seq, endsAt } = await replayJournal({ zone: zone.backup, chain, rebuild, sha256: nodePrimitives.sha256 });
    tell("the journal is replayed; looking what the zones hold");
    for (const zone of remains.reachable) await listZone(zone.zoneId, tieredZone(zone), rebuild);
    const { unknownObjects } = await rebuild.settlePresence();
    await rebuild.settle({ term, number: chain.last.number, hash: chain.last.hash, seq });
    tell("reading the directories of the packs");
    const index = await rebuildIndex(rebuild, remains.reachable);
    const zoneIds = remains.reachable.map(({ zoneId }) => zoneId);
    return {
      snapshotsBeyond: await rebuild.listSnapshotsBeyond(store, zoneIds),
      watermarks: (await store.listWatermarks(null)).filter(({ zoneId }) => zoneIds.includes(zoneId)),
      counts: await rebuild.count(),
      objectsRead: 2 * chain.segments.length + index.packs,
      damagedPacks: index.damaged,
      unknownObjects,
      journalEndsAt: endsAt,
    };
  } finally {
    await rebuild.close();
    await pg.close();
  }
}

/** The longest history that can be read: a zone that was away has an older one. */
async function findBestChain(zones: readonly OpenZone[]): Promise<{ readonly zone: OpenZone; readonly chain: Chain }> {
  const found: { readonly zone: OpenZone; readonly chain: Chain }[] = [];
  const problems: unknown[] = [];
  for (const zone of zones) {
    try {
      found.push({ zone, chain: await findChain(zone.backup) });
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      problems.push(error);
    }
  }
  const best = found.toSorted(
    (a, b) => b.chain.last.term - a.chain.last.term || b.chain.last.number - a.chain.last.number,
  )[0];
  if (!best) throw problems[0];
  return best;
}

async function requireUnused(dataFolder: string): Promise<void> {
  const isBegun = existsSync(join(dataFolder, BEGUN_FILE)) && !existsSync(join(dataFolder, SETTINGS_FILE));
  const entries = existsSync(dataFolder) ? await readdir(dataFolder) : [];
  if (entries.length === 0 || isBegun) return;
  const message = `${dataFolder} is not empty: a service is recovered into a new folder, so that nothing is overwritten`;
  throw new ClientError("data_folder_used", message);
}

/** Create-only: the first one has it. */
async function takeTerm(zones: readonly OpenZone[], term: number): Promise<void> {
  for (const { zoneId, backup } of zones) {
    if ((await takeControlTerm(backup, term)) === "taken") continue;
    const message = `another recovery took term ${term} in ${zoneId} a moment ago; only one of them may go on`;
    throw new ClientError("term_taken", message);
  }
}

/** The lost zone's successor begins empty, and is filled by replication; it belongs to the same history. */
async function makeNewZone(newZone: ZoneSettings | null, dataFolder: string, term: number): Promise<void> {
  if (!newZone) return;
  const settings = atDataFolder(dataFolder, newZone);
  await makeZone(settings);
  const opened = await openZones({ zones: [settings], primitives: nodePrimitives, now: new Date() });
  const made = opened.find(newZone.zoneId);
  if (made) await takeControlTerm(made.backup, term);
}
