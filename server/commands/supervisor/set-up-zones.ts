import { existsSync } from "node:fs";
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { nodeRandomness } from "../../../engine/primitives/node.ts";
import { ZoneSettings, ZoneSettingsList } from "../../platform/zone-settings.ts";
import { IDENTITY_KEY, newZoneIdentity, parseZoneIdentity, type ZoneBase } from "../../zones/zone-identity.ts";
import { makeZone } from "./make-zone.ts";
import { StartError } from "./start-error.ts";

/** Paths are absolute, or relative to the data folder, so that it can be moved. */
const Settings = z.object({ version: z.literal(1), zones: z.array(ZoneSettings) });
const ZonesFile = z.strictObject({
  zones: ZoneSettingsList.refine((zones) => zones.every(({ identities }) => identities === undefined), {
    error: "identities are recorded in holdfast.json, and not chosen",
  }),
});

/** In the data folder; once it is there, the folder is complete. */
export const SETTINGS_FILE = "holdfast.json";

type FsZoneSettings = Extract<ZoneSettings, { kind: "fs" }>;

export const NEW_ZONES: readonly FsZoneSettings[] = [
  { zoneId: "zone1", ordinal: 1, name: "Zone 1", kind: "fs", path: join("zones", "zone1") },
  { zoneId: "zone2", ordinal: 2, name: "Zone 2", kind: "fs", path: join("zones", "zone2") },
];

/**
 * The zones of this data folder, from `holdfast.json`, with absolute paths. A data folder without that file gets new zones: those of
 * `zonesFile`, else two folders. Later the file may change how a zone is reached, and name further ones, which are made then.
 * A zone that is known and cannot be found is never made anew, because an unmounted disk looks empty, too.
 *
 * The order is the safety argument: identities are drawn and written down, then the bases are made, each once and only where nothing is,
 * then `holdfast.json` names them. What breaks off in between is done again with the same identities.
 * @throws StartError `zones_invalid`; ZoneError of a base that cannot be made
 */
export async function setUpZones(dataFolder: string, zonesFile: string | null = null): Promise<ZoneSettings[]> {
  const path = join(dataFolder, SETTINGS_FILE);
  const recorded = await readSettings(path);
  if (recorded && zonesFile === null) return recorded.map((zone) => atDataFolder(dataFolder, zone));
  const wanted = zonesFile === null ? await adoptFolders(dataFolder) : await readZonesFile(zonesFile);
  requireAll(recorded ?? [], wanted);
  const zones = await record(path, dataFolder, wanted, recorded ?? []);
  return zones.map((zone) => atDataFolder(dataFolder, zone));
}

/** Makes what is new, and names all of them, with their identities. */
async function record(
  path: string,
  dataFolder: string,
  wanted: readonly ZoneSettings[],
  recorded: readonly ZoneSettings[],
): Promise<ZoneSettings[]> {
  const begun = `${path}.begun`;
  const isNew = ({ zoneId }: ZoneSettings) => !recorded.some((known) => known.zoneId === zoneId);
  const known = [...recorded, ...((await readSettings(begun)) ?? [])];
  const zones = wanted.map((zone) => {
    const identities = known.find(({ zoneId }) => zoneId === zone.zoneId)?.identities;
    const identified = identities ? { ...zone, identities } : zone;
    return isNew(zone) ? withIdentities(identified) : identified;
  });
  const text = `${JSON.stringify({ version: 1, zones }, null, 2)}\n`;
  await writeDurably(begun, text);
  // One after the other, so that nothing is still being made when one of them fails.
  for (const zone of zones.filter(isNew)) await makeZone(atDataFolder(dataFolder, zone));
  await writeDurably(path, text);
  await rm(begun);
  return zones;
}

export function withIdentities(zone: ZoneSettings): ZoneSettings {
  return { ...zone, identities: zone.identities ?? { backup: draw(zone, "backup"), archive: draw(zone, "archive") } };
}

function draw({ zoneId }: ZoneSettings, base: ZoneBase): string {
  return newZoneIdentity(zoneId, base, nodeRandomness).identity;
}

/** A zone that a file leaves out holds copies that the database counts on. */
function requireAll(recorded: readonly ZoneSettings[], wanted: readonly ZoneSettings[]): void {
  const absent = recorded.find(({ zoneId }) => !wanted.some((zone) => zone.zoneId === zoneId));
  if (!absent) return;
  const message = `${absent.zoneId} belongs to this data folder, and the zones file leaves it out`;
  throw new StartError("zones_invalid", message);
}

/** Folders of our own that are there although nothing is written down: an earlier start was interrupted, and what it made is as good as new. */
async function adoptFolders(dataFolder: string): Promise<ZoneSettings[]> {
  return Promise.all(
    NEW_ZONES.map(async (zone) => {
      const find = (base: ZoneBase) => findIdentity(zone.zoneId, join(dataFolder, zone.path, base));
      const [backup, archive] = await Promise.all([find("backup"), find("archive")]);
      return {
        ...zone,
        identities: { backup: backup ?? draw(zone, "backup"), archive: archive ?? draw(zone, "archive") },
      };
    }),
  );
}

async function findIdentity(zoneId: string, basePath: string): Promise<string | null> {
  const made = join(basePath, IDENTITY_KEY);
  return existsSync(made) ? parseZoneIdentity(zoneId, await readFile(made)).identity : null;
}

/** Names zones that exist already as those of a data folder which has none yet: the last write of a recovery. */
export async function recordZones(dataFolder: string, zones: readonly ZoneSettings[]): Promise<void> {
  await writeDurably(join(dataFolder, SETTINGS_FILE), `${JSON.stringify({ version: 1, zones }, null, 2)}\n`);
}

export function atDataFolder(dataFolder: string, zone: ZoneSettings): ZoneSettings {
  if (zone.kind === "fs") return { ...zone, path: resolve(dataFolder, zone.path) };
  const { file } = zone.credentials;
  return file === undefined ? zone : { ...zone, credentials: { file: resolve(dataFolder, file) } };
}

async function readSettings(path: string): Promise<ZoneSettings[] | null> {
  return existsSync(path) ? Settings.parse(JSON.parse(await readFile(path, "utf8"))).zones : null;
}

/** @throws StartError `zones_invalid` that says where and why */
export async function readZonesFile(path: string): Promise<ZoneSettings[]> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const reason = error instanceof SyntaxError ? "is not JSON" : "cannot be read";
    throw new StartError("zones_invalid", `the zones file ${path} ${reason}`);
  }
  const parsed = ZonesFile.safeParse(json);
  if (parsed.success) return parsed.data.zones;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`);
  throw new StartError("zones_invalid", `the zones file ${path} cannot be used:\n${lines.join("\n")}`);
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, "w");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const folder = await open(dirname(path), "r");
  await folder.sync().finally(() => folder.close());
}
