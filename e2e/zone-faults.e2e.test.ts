import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPortalClient } from "../server/api/client/portal-client.ts";
import { isProof, type Product, startProduct, waitUntil } from "./product.ts";
import { queryAll } from "./testing-evidence.ts";
import { KeptHistory } from "./testing-kept-history.ts";
import { createVolume, type Volume } from "./testing-volume.ts";

const MiB = 1024 * 1024;
/** Of the large file of each round: some packs, so that a fault falls between them. */
const LARGE_BYTES = (isProof ? 200 : 64) * MiB;
const VOLUME_MIB = isProof ? 3_000 : 800;
/** Longer than a call of a zone is waited for. */
const SLOW_MS = 12_000;

let folder: string;
let product: Product;
let history: KeptHistory;
let volume: Volume | null = null;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-zone-faults-"));
  // As root, PostgreSQL runs under another account, which must get in.
  chmodSync(folder, 0o755);
  const zone1 = join(folder, "product", "data", "zones", "zone1");
  mkdirSync(zone1, { recursive: true });
  volume = createVolume(zone1, join(folder, "zone1.img"), VOLUME_MIB);
  if (volume === null) return;
  product = await startProduct({ folder: join(folder, "product") });
  history = await KeptHistory.begin(product, folder, LARGE_BYTES);
}, 400_000);

afterAll(async () => {
  await history?.stop();
  await product?.stop();
  volume?.remove();
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

describe("a zone that fails while it is used (needs root, to mount it)", () => {
  for (const [what, begin, end] of [
    ["unmounted", () => volume?.unmount(), () => volume?.mount()],
    ["read-only", () => volume?.remount("ro"), () => volume?.remount("rw")],
    ["full", () => volume?.fill(), () => volume?.empty()],
  ] as const) {
    it(`${what}: nothing committed is lost, backups and restores go on, and it catches up`, async ({ skip }) => {
      if (volume === null) skip("mounting needs root and a loop device");
      await history.expectKeptThrough({ begin, end });
    }, 400_000);
  }

  it("slow: a restore does not wait for it, and a backup that does is complete", async ({ skip }) => {
    if (volume === null) return skip("mounting needs root and a loop device");
    const { newest } = history;
    history.changeSource();
    const running = history.startBackup();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    volume.freeze();
    const thawed = new Promise<number>((resolve) =>
      setTimeout(() => {
        volume?.thaw();
        resolve(Date.now());
      }, SLOW_MS),
    );
    const restored = history.expectRestored(newest).then(() => Date.now());
    const [thawedAt, restoredAt] = await Promise.all([thawed, restored]);
    expect(restoredAt).toBeLessThan(thawedAt);
    if (!(await history.keep(running))) expect(await history.keep(history.startBackup())).toBe(true);
    await history.waitForBothZones();
  }, 400_000);

  it("with flipped bits in one of a hundred packs: restores are whole, each is found, healed and reported", async ({
    skip,
  }) => {
    if (volume === null) skip("mounting needs root and a loop device");
    // Of the newest backup: what an interrupted one sent may lie in another pack as well, and then nobody reads this one but the scrub.
    const packs = await queryAll(
      product,
      `select encode(pack_id, 'hex') as id from pack where kind = 'content' and tier = 'backup'
       order by run_id = (select run_id from run where outcome = 'complete' and machine_id =
         (select machine_id from machine where name = 'files') order by started_at desc limit 1) desc, pack_id`,
    );
    const damaged = packs.slice(0, Math.ceil(packs.length / 100)).map(({ id }) => String(id));
    const base = join(product.data, "zones", "zone1", "backup", "companies", product.demo.companyId, "packs");
    const running = history.startBackup();
    for (const id of damaged) flipBit(join(base, id.slice(0, 2), id));
    await history.expectAllRestored();
    expect(await history.keep(running)).toBe(true);
    const { sessionToken } = await createPortalClient({ portalUrl: product.url }).session.create.mutate(
      product.demo.staff,
    );
    const client = createPortalClient({ portalUrl: product.url, sessionToken });
    await waitUntil("every one of them healed", 120_000, async () => {
      const { rows } = await client.zones.findings.query({ states: ["healed"] });
      return damaged.every((id) => rows.some((row) => row.objectName === id && row.zoneId === "zone1"));
    });
    await history.waitForBothZones();
  }, 400_000);

  it("gone for good, one and then the other: every snapshot is restored from either alone", async ({ skip }) => {
    if (volume === null) return skip("mounting needs root and a loop device");
    volume.unmount();
    await history.expectAllRestored();
    volume.mount();
    rmSync(join(product.data, "zones", "zone2"), { recursive: true });
    await history.expectAllRestored();
    expect(history.copies.size).toBe(6);
  }, 400_000);
});

function flipBit(path: string): void {
  const file = openSync(path, "r+");
  try {
    const at = Math.floor(statSync(path).size / 2);
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, at);
    byte[0] = (byte[0] ?? 0) ^ 1;
    writeSync(file, byte, 0, 1, at);
  } finally {
    closeSync(file);
  }
}
