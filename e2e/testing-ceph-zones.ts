import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, type S3Client } from "@aws-sdk/client-s3";
import { openS3Client } from "../server/zones/s3-client.ts";
import { type CephZone, findCephTool, startCephZone } from "../server/zones/testing/ceph-zone.ts";
import { isProof } from "./product.ts";
import { createNetwork, type TestNetwork } from "./testing-network.ts";

export const ZONE_IDS = ["zone1", "zone2"] as const;
export const BUCKETS = { backup: "holdfast-backup", archive: "holdfast-archive" } as const;

/** One zone of an installation: a Ceph cluster on a host of its own, whose name is the zone's. */
interface CephSite {
  readonly ceph: CephZone;
  /** Speaks with that zone as the service does: by its credentials. */
  readonly client: S3Client;
}

/** Both zones of one installation. */
export interface CephZones {
  /** What `--zones` takes. */
  readonly settingsFile: string;
  readonly network: TestNetwork;
  siteOf(zoneId: string): CephSite;
  /** For good, whatever state they are in. */
  remove(): Promise<void>;
}

export type CephZonesOutcome =
  | { readonly kind: "made"; readonly zones: CephZones }
  | { readonly kind: "lacking"; readonly what: string };

/** Starts them with empty buckets, the archives' with Object Lock, and puts settings and credentials into `folder`. */
export async function createCephZones(folder: string): Promise<CephZonesOutcome> {
  if (!isProof) return { kind: "lacking", what: "two Ceph clusters are only started by `npm run prove`" };
  const tool = findCephTool();
  if (tool === null) return { kind: "lacking", what: "Ceph and HOLDFAST_TEST_TOOLS with ceph-zone.sh" };
  const network = await createNetwork(ZONE_IDS);
  if (network === null) return { kind: "lacking", what: "root, network namespaces, iptables and netns-zones.sh" };
  const sites = new Map<string, CephSite>();
  const siteOf = (zoneId: string): CephSite => {
    const site = sites.get(zoneId);
    if (!site) throw new Error(`there is no ${zoneId}`);
    return site;
  };
  const remove = async () => {
    try {
      for (const { ceph, client } of sites.values()) {
        client.destroy();
        await ceph.remove();
      }
    } finally {
      await network.remove();
    }
  };
  try {
    const settings = [];
    for (const [at, zoneId] of ZONE_IDS.entries()) {
      const ceph = await startCephZone(tool, "bluestore", network.hostOf(zoneId));
      const { endpoint, region } = ceph;
      const credentials = { file: join(folder, `${zoneId}.env`) };
      const client = openS3Client({ zoneId, endpoint, region, isPathStyle: true, credentials });
      sites.set(zoneId, { ceph, client });
      const keys = `AWS_ACCESS_KEY_ID=${ceph.accessKeyId}\nAWS_SECRET_ACCESS_KEY=${ceph.secretAccessKey}\n`;
      writeFileSync(credentials.file, keys, { mode: 0o600 });
      await client.send(new CreateBucketCommand({ Bucket: BUCKETS.backup }));
      await client.send(new CreateBucketCommand({ Bucket: BUCKETS.archive, ObjectLockEnabledForBucket: true }));
      const ordinal = at + 1;
      settings.push({
        ...{ zoneId, ordinal, name: `Ceph ${ordinal}`, kind: "s3", endpoint, region, buckets: BUCKETS, credentials },
      });
    }
    const settingsFile = join(folder, "zones.json");
    writeFileSync(settingsFile, JSON.stringify({ zones: settings }));
    return { kind: "made", zones: { settingsFile, network, siteOf, remove } };
  } catch (error) {
    await remove();
    throw error;
  }
}
