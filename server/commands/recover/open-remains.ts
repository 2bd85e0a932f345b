import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import type { ZoneSettings } from "../../platform/zone-settings.ts";
import { type OpenZone, type OpenZoneSet, openZones } from "../../zones/open-zones.ts";
import { IDENTITY_KEY, parseZoneIdentity, type ZoneBase } from "../../zones/zone-identity.ts";
import { ClientError } from "../owner/client-error.ts";
import { atDataFolder, NEW_ZONES, readZonesFile, withIdentities } from "../supervisor/set-up-zones.ts";

/** What is left of a service. */
export interface Remains {
  /** Of the rebuilt service, with paths as its settings will name them. */
  readonly zones: readonly ZoneSettings[];
  /** The one of them that is made new, because a single folder was given; null otherwise. */
  readonly newZone: ZoneSettings | null;
  readonly opened: OpenZoneSet;
  /** Those that answer. */
  readonly reachable: readonly OpenZone[];
}

/**
 * Opens what `--from` names, and changes nothing.
 *
 * @param from a zone's folder, or a file that names zones
 * @throws ClientError `usage` when it is neither; `zone_unreachable` when none of them answers
 */
export async function openRemains(from: string, dataFolder: string): Promise<Remains> {
  const found = await stat(from).catch(() => null);
  if (!found) throw new ClientError("usage", `--from: there is no ${from}`);
  if (!found.isDirectory()) return open(await readZonesFile(from), null, dataFolder);
  const known = await readFolder(from);
  const other = NEW_ZONES.find(({ zoneId }) => zoneId !== known.zoneId);
  if (!other) throw new Error("there are two default zones");
  const newZone = withIdentities({
    ...other,
    ordinal: other.ordinal === known.ordinal ? known.ordinal + 1 : other.ordinal,
  });
  return open([known], newZone, dataFolder);
}

async function open(
  known: readonly ZoneSettings[],
  newZone: ZoneSettings | null,
  dataFolder: string,
): Promise<Remains> {
  const absolute = known.map((zone) => atDataFolder(dataFolder, zone));
  const opened = await openZones({ zones: absolute, primitives: nodePrimitives, now: new Date() });
  const reachable: OpenZone[] = [];
  for (const zone of opened.all()) if ((await zone.probe()).isReachable) reachable.push(zone);
  if (reachable.length === 0) {
    const names = known.map(({ zoneId }) => zoneId).join(", ");
    throw new ClientError(
      "zone_unreachable",
      `none of the zones answers (${names}): check paths, addresses and credentials`,
    );
  }
  return { zones: newZone ? [...known, newZone] : known, newZone, opened, reachable };
}

/** A zone's folder says itself who it is. */
async function readFolder(path: string): Promise<ZoneSettings> {
  const identityOf = async (base: ZoneBase) => {
    const bytes = await readFile(join(path, base, IDENTITY_KEY)).catch(() => null);
    if (!bytes) {
      const message = `--from: ${path} is no zone: there is no ${join(base, IDENTITY_KEY)} in it`;
      throw new ClientError("usage", message);
    }
    return parseZoneIdentity(path, bytes);
  };
  const [backup, archive] = [await identityOf("backup"), await identityOf("archive")];
  const ordinal = Number(/^zone([1-9][0-9]?)$/.exec(backup.zoneId)?.[1] ?? 1);
  const identities = { backup: backup.identity, archive: archive.identity };
  return { zoneId: backup.zoneId, ordinal, name: `Zone ${ordinal}`, kind: "fs", path, identities };
}
