import { existsSync } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { nodeRandomness } from "../../../engine/primitives/node.ts";
import type { ZoneSettings } from "../../platform/env.ts";
import { createZoneIdentity } from "../../zones/create-zone-identity.ts";

const Settings = z.object({
  version: z.literal(1),
  zones: z.array(
    z.object({
      zoneId: z.string(),
      ordinal: z.int(),
      name: z.string(),
      kind: z.literal("fs"),
      /** Absolute, or relative to the data folder, so that it can be moved. */
      path: z.string(),
    }),
  ),
});

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
    for (const zone of NEW_ZONES) await makeZone(zone.zoneId, join(dataFolder, zone.path));
    await writeDurably(path, `${JSON.stringify({ version: 1, zones: NEW_ZONES }, null, 2)}\n`);
  }
  const { zones } = Settings.parse(JSON.parse(await readFile(path, "utf8")));
  return zones.map((zone) => ({ ...zone, path: join(zone.path.startsWith("/") ? "/" : dataFolder, zone.path) }));
}

async function makeZone(zoneId: string, folder: string): Promise<void> {
  for (const base of ["backup", "archive"] as const) {
    const path = join(folder, base);
    // An earlier start was interrupted here: what it made is as good as new.
    if (existsSync(join(path, "control", "zone"))) continue;
    await createZoneIdentity({ zoneId, base, path, randomness: nodeRandomness });
  }
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
