import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { nodePrimitives, nodeRandomness } from "../../../engine/primitives/node.ts";
import { systemClock } from "../../platform/clock.ts";
import type { ZoneSettings } from "../../platform/zone-settings.ts";
import { createZoneIdentity } from "../../zones/create-zone-identity.ts";
import { basePathOf, S3_TRIES } from "../../zones/open-zones.ts";
import { tryAgain } from "../../zones/with-retry.ts";
import { IDENTITY_KEY, parseZoneIdentity, type ZoneBase, type ZoneIdentity } from "../../zones/zone-identity.ts";

/**
 * Makes the two bases of a zone that never existed before; one that is there already, with the same identity, is left as it is.
 * @throws ZoneError `exists` where something else is
 */
export async function makeZone(zone: ZoneSettings): Promise<void> {
  const { identities } = zone;
  if (!identities) throw new Error(`${zone.zoneId} has no identities yet`);
  const identityOf = (base: ZoneBase): ZoneIdentity => {
    return { v: 1, type: "zone", zoneId: zone.zoneId, base, identity: identities[base] };
  };
  const make = zone.kind === "fs" ? fsMaker(zone) : await s3Maker(zone);
  await make(identityOf("backup"));
  await make(identityOf("archive"));
}

type MakeBase = (identity: ZoneIdentity) => Promise<void>;

function fsMaker(zone: Extract<ZoneSettings, { kind: "fs" }>): MakeBase {
  return async (identity) => {
    const { zoneId, base } = identity;
    const path = basePathOf(zone, base);
    const made = join(path, IDENTITY_KEY);
    const found = existsSync(made) ? parseZoneIdentity(zoneId, await readFile(made)) : null;
    if (found?.identity === identity.identity && found.base === base) return;
    await createZoneIdentity({ zoneId, base, path, randomness: nodeRandomness, identity });
  };
}

async function s3Maker(zone: Extract<ZoneSettings, { kind: "s3" }>): Promise<MakeBase> {
  const { createS3Identity } = await import("../../zones/create-s3-identity.ts");
  const { openS3Bucket } = await import("../../zones/s3-bucket.ts");
  const { openS3Client } = await import("../../zones/s3-client.ts");
  const client = openS3Client(zone);
  return async (identity) => {
    const bucket = openS3Bucket(client, zone.zoneId, zone.buckets[identity.base]);
    const make = () => createS3Identity({ bucket, identity, sha256: nodePrimitives.sha256 });
    await tryAgain(make, { clock: systemClock, ...S3_TRIES });
  };
}
