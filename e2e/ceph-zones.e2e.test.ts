import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutObjectRetentionCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { expectCommand, type Product, startProduct, waitUntil } from "./product.ts";
import { BUCKETS, type CephZones, createCephZones, ZONE_IDS } from "./testing-ceph-zones.ts";
import { KeptHistory } from "./testing-kept-history.ts";

const MiB = 1024 * 1024;
/** Of the large file of each round: some packs. */
const LARGE_BYTES = 128 * MiB;
/** In megabits: a pack is on its way for a second, several at a time. */
const LINK_LIMIT = 200;
/** So much of a backup has reached the zone when its fault begins. */
const BEFORE_FAULT_BYTES = 24 * MiB;
const REFUSED = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };
/** What of a line of `holdfast snapshots` is looked at here. */
const Snapshot = z.object({ isHeld: z.boolean(), frozen: z.object({ retainUntil: z.iso.datetime() }).nullable() });

let folder: string;
let lacking = "";
let zones: CephZones;
let product: Product;
let history: KeptHistory;
/** The snapshot that a hold has frozen. */
let heldId = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-ceph-zones-"));
  // As root, PostgreSQL runs under another account, which must get in.
  chmodSync(folder, 0o755);
  const outcome = await createCephZones(folder);
  if (outcome.kind === "lacking") {
    lacking = outcome.what;
    return;
  }
  zones = outcome.zones;
  mkdirSync(join(folder, "product"));
  product = await startProduct({
    folder: join(folder, "product"),
    args: ["--zones", zones.settingsFile],
    // What a hold keeps is frozen by the next ageing.
    env: { HOLDFAST_AGING_MINUTES: "0.01" },
  });
  history = await KeptHistory.begin(product, folder, LARGE_BYTES);
}, 900_000);

afterAll(async () => {
  await history?.stop();
  await product?.stop();
  await zones?.remove();
  rmSync(folder, { recursive: true, force: true });
}, 180_000);

beforeEach(({ skip }) => {
  if (lacking !== "") skip(`lacking: ${lacking}`);
});

/** While it lasts, nothing reaches one zone: the other one serves alone. */
async function withoutZone(zoneId: string, work: () => Promise<void>): Promise<void> {
  zones.network.cut(zoneId);
  try {
    await history.waitUntilUnreachable(zoneId);
    await work();
  } finally {
    zones.network.heal(zoneId);
  }
  await history.waitForBothZones();
}

interface StoredVersion {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId: string;
}

/** What a bucket keeps of companies: every version of every object. */
async function listVersions(zoneId: string, Bucket: string): Promise<StoredVersion[]> {
  const { client } = zones.siteOf(zoneId);
  const page = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: "companies/" }));
  expect(page.IsTruncated).toBe(false);
  return (page.Versions ?? []).map(({ Key = "", VersionId = "" }) => ({ Bucket, Key, VersionId }));
}

describe("two zones that are Ceph clusters on hosts of their own (in `npm run prove`; needs root and Ceph)", () => {
  const tell = (...command: [string, ...string[]]) => zones.siteOf("zone1").ceph.tell(...command);
  for (const [what, begin, end] of [
    ["its link cut", () => zones.network.cut("zone1"), () => zones.network.heal("zone1")],
    ["its gateway frozen", () => tell("freeze", "rgw"), () => tell("thaw", "rgw")],
    ["its gateway killed", () => tell("kill", "rgw"), () => tell("start")],
    ["its storage daemon killed", () => tell("kill", "osd"), () => tell("start")],
  ] as const) {
    it(`zone 1 with ${what} in mid-write: nothing committed is lost, backups and restores go on, it catches up, and either zone restores all of it alone`, async () => {
      const { network } = zones;
      network.limit("zone1", LINK_LIMIT);
      const enough = network.receivedBytes("zone1") + BEFORE_FAULT_BYTES;
      const wasInMidWrite = await history.expectKeptThrough({
        isTime: () => network.receivedBytes("zone1") >= enough,
        begin,
        end: async () => {
          network.limit("zone1", "off");
          await end();
        },
      });
      expect(wasInMidWrite).toBe(true);
      for (const zoneId of ZONE_IDS) await withoutZone(zoneId, () => history.expectAllRestored());
    }, 900_000);
  }

  it("a frozen snapshot lies in both archives: each zone refuses its own credentials to delete it or to shorten its lock, and it is restored", async () => {
    heldId = [...history.copies.keys()][0] ?? "";
    await expectCommand(["holds", "place", heldId, "--reason", "case 7", "--json"], product.ownerEnv);
    const untilMs = await waitUntil("the held snapshot being frozen", 300_000, async () => {
      const { lines } = await expectCommand(["snapshots", "--json"], product.ownerEnv);
      const found = Snapshot.parse(lines.find((line) => line.snapshotId === heldId));
      return found.isHeld && found.frozen && Date.parse(found.frozen.retainUntil);
    });
    await history.waitForBothZones();
    const archived = [];
    for (const zoneId of ZONE_IDS) {
      const { client } = zones.siteOf(zoneId);
      const versions = await listVersions(zoneId, BUCKETS.archive);
      for (const version of versions) {
        const { Retention: before } = await client.send(new GetObjectRetentionCommand(version));
        expect(before?.Mode).toBe("COMPLIANCE");
        expect(before?.RetainUntilDate?.getTime()).toBeGreaterThanOrEqual(untilMs);
        for (const BypassGovernanceRetention of [false, true]) {
          const remove = new DeleteObjectCommand({ ...version, BypassGovernanceRetention });
          await expect(client.send(remove), version.Key).rejects.toMatchObject(REFUSED);
          const Retention = { Mode: "COMPLIANCE", RetainUntilDate: new Date(untilMs - 1_000) } as const;
          const shorten = new PutObjectRetentionCommand({ ...version, Retention, BypassGovernanceRetention });
          await expect(client.send(shorten), version.Key).rejects.toMatchObject(REFUSED);
        }
        expect((await client.send(new GetObjectRetentionCommand(version))).Retention).toEqual(before);
      }
      expect(await listVersions(zoneId, BUCKETS.archive)).toEqual(versions);
      archived.push(versions.map(({ Key }) => Key));
    }
    expect(archived[0]).toEqual(archived[1]);
    const kinds = new Set(archived[0]?.map((key) => key.split("/")[2]));
    expect([...kinds].toSorted()).toEqual(["meta", "packs", "snapshots"]);
    for (const zoneId of ZONE_IDS) await withoutZone(zoneId, () => history.expectRestored(heldId));
  }, 900_000);

  it("whoever has both zones' keys and deletes whatever they let him leaves the frozen snapshot, and it is restored", async () => {
    for (const zoneId of ZONE_IDS) {
      const { client } = zones.siteOf(zoneId);
      const found = await listVersions(zoneId, BUCKETS.backup);
      for (const version of found) await client.send(new DeleteObjectCommand(version));
      expect(await listVersions(zoneId, BUCKETS.backup)).toEqual([]);
    }
    await history.expectRestored(heldId);
  }, 900_000);
});
