import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import type { ZoneSettings } from "../../platform/zone-settings.ts";
import { type OpenZone, type OpenZoneSet, openZones } from "../../zones/open-zones.ts";
import { IDENTITY_KEY, parseZoneIdentity, readZoneIdentity, type ZoneBase } from "../../zones/zone-identity.ts";
import { ClientError } from "../owner/client-error.ts";
import { atDataFolder, NEW_ZONES, readZonesFile, withIdentities } from "../supervisor/set-up-zones.ts";

/** What is left of a service. */
export interface Remains {
  /** Of the rebuilt service, with paths as its settings will name them. */
  readonly zones: readonly ZoneSettings[];
  /** The one of them that is made new, because a single folder was given; null otherwise. */
  readonly newZone: ZoneSettings | null;
  readonly opened: OpenZoneSet;
  /** Those that answer, in order. */
  readonly reachable: readonly OpenZone[];
  /** Those that were named and do not. */
  readonly awayIds: readonly string[];
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
  if (!found.isDirectory()) return openNamed(from, dataFolder);
  const known = await readFolder(from);
  const other = NEW_ZONES.find(({ zoneId }) => zoneId !== known.zoneId);
  if (!other) throw new Error("there are two default zones");
  const newZone = withIdentities({
    ...other,
    ordinal: other.ordinal === known.ordinal ? known.ordinal + 1 : other.ordinal,
  });
  return open([known], newZone, dataFolder);
}

/**
 * Opens the zones of a file, and changes nothing.
 * @throws StartError `zones_invalid`; ClientError `zone_unreachable` when none of them answers
 */
export async function openNamed(zonesFile: string, dataFolder: string): Promise<Remains> {
  const remains = await open(await readZonesFile(zonesFile), null, dataFolder);
  const zones = remains.zones.map((zone) => withIdentitiesOf(zone, remains.opened));
  return { ...remains, zones: await Promise.all(zones) };
}

/** Who a zone is goes into the settings where it can be asked; one that is away is pinned when it is back. */
async function withIdentitiesOf(zone: ZoneSettings, opened: OpenZoneSet): Promise<ZoneSettings> {
  const handle = opened.find(zone.zoneId);
  if (handle?.state !== "healthy") return zone;
  const [backup, archive] = [await readZoneIdentity(handle.backup), await readZoneIdentity(handle.archive)];
  return { ...zone, identities: { backup: backup.identity, archive: archive.identity } };
}

/** The same with the zones that answer before those that do not: new runs are pinned to the first. */
export function withReachableFirst(remains: Remains): Remains {
  const isAway = ({ zoneId }: ZoneSettings) => remains.awayIds.includes(zoneId);
  const inOrder = remains.zones.toSorted((a, b) => Number(isAway(a)) - Number(isAway(b)) || a.ordinal - b.ordinal);
  const ordinals = remains.zones.map(({ ordinal }) => ordinal).toSorted((a, b) => a - b);
  return { ...remains, zones: inOrder.map((zone, at) => ({ ...zone, ordinal: ordinals[at] ?? at + 1 })) };
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
  const awayIds = known.map(({ zoneId }) => zoneId).filter((id) => !reachable.some(({ zoneId }) => zoneId === id));
  return { zones: newZone ? [...known, newZone] : known, newZone, opened, reachable, awayIds };
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
