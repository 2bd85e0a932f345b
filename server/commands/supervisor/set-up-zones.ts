import { existsSync } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { nodeRandomness } from "../../../engine/primitives/node.ts";
import { ZoneSettings } from "../../platform/env.ts";
import { createZoneIdentity } from "../../zones/create-zone-identity.ts";
import { IDENTITY_KEY, parseZoneIdentity, type ZoneBase } from "../../zones/zone-identity.ts";

/** Paths are absolute, or relative to the data folder, so that it can be moved. */
const Settings = z.object({ version: z.literal(1), zones: z.array(ZoneSettings) });

const NEW_ZONES: readonly ZoneSettings[] = [
  { zoneId: "zone1", ordinal: 1, name: "Zone 1", kind: "fs", path: join("zones", "zone1") },
  { zoneId: "zone2", ordinal: 2, name: "Zone 2", kind: "fs", path: join("zones", "zone2") },
];

/**
 * The zones of this data folder, from `holdfast.json`. Only a data folder without that file gets new zones: a zone
 * whose folder is gone later stays gone, because an unmounted disk looks empty, too.
 */
export async function setUpZones(dataFolder: string): Promise<ZoneSettings[]> {
  const path = join(dataFolder, "holdfast.json");
  if (!existsSync(path)) {
    const zones = await Promise.all(NEW_ZONES.map((zone) => makeZone(zone, join(dataFolder, zone.path))));
    await writeDurably(path, `${JSON.stringify({ version: 1, zones }, null, 2)}\n`);
  }
  const { zones } = Settings.parse(JSON.parse(await readFile(path, "utf8")));
  return zones.map((zone) => ({ ...zone, path: resolve(dataFolder, zone.path) }));
}

async function makeZone(zone: ZoneSettings, folder: string): Promise<ZoneSettings> {
  const [backup, archive] = await Promise.all([
    makeBase(zone.zoneId, "backup", join(folder, "backup")),
    makeBase(zone.zoneId, "archive", join(folder, "archive")),
  ]);
  return { ...zone, identities: { backup, archive } };
}

/** An earlier start may have been interrupted here: what it made is as good as new. */
async function makeBase(zoneId: string, base: ZoneBase, path: string): Promise<string> {
  const made = join(path, IDENTITY_KEY);
  if (existsSync(made)) return parseZoneIdentity(zoneId, await readFile(made)).identity;
  return createZoneIdentity({ zoneId, base, path, randomness: nodeRandomness });
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
