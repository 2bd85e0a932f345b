import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPortalClient } from "../server/api/client/portal-client.ts";
import { compareTrees } from "./compare-trees.ts";
import {
  enrolMachine,
  expectCommand,
  isProof,
  type Product,
  type RunningCommand,
  restoreCodes,
  startCommand,
  startProduct,
  waitUntil,
} from "./product.ts";
import { queryAll } from "./testing-evidence.ts";
import { createVolume, type Volume } from "./testing-volume.ts";

const MiB = 1024 * 1024;
/** Of the large file of each round: some packs, so that a fault falls between them. */
const LARGE_BYTES = (isProof ? 200 : 64) * MiB;
const VOLUME_MIB = isProof ? 3_000 : 800;
/** Longer than a call of a zone is waited for. */
const SLOW_MS = 12_000;
const hasOwners = process.getuid?.() === 0;

let folder: string;
let source: string;
let product: Product;
let state: string;
/** A machine that backs up while the first one's zone is away. */
let other: string;
let otherState: string;
let volume: Volume | null = null;
/** What the source looked like when each committed snapshot was made, oldest first. */
const copies = new Map<string, string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-zone-faults-"));
  // As root, PostgreSQL runs under another account, which must get in.
  chmodSync(folder, 0o755);
  source = join(folder, "source");
  mkdirSync(source);
  const zone1 = join(folder, "product", "data", "zones", "zone1");
  mkdirSync(zone1, { recursive: true });
  volume = createVolume(zone1, join(folder, "zone1.img"), VOLUME_MIB);
  if (volume === null) return;
  product = await startProduct({ folder: join(folder, "product") });
  state = await enrolMachine(product, "files");
  other = join(folder, "other");
  mkdirSync(other);
  writeFileSync(join(other, "note.txt"), "of another machine");
  otherState = await enrolMachine(product, "other");
  changeSource();
  await backUpInto(startBackup());
  await waitForBothZones();
}, 400_000);

afterAll(async () => {
  await product?.stop();
  volume?.remove();
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

let round = 0;
function changeSource(): void {
  round += 1;
  for (let number = 0; number < 20; number += 1)
    writeFileSync(join(source, `small-${round}-${number}.txt`), `${round} ${number} `.repeat(200));
  writeFileSync(join(source, "large.bin"), randomBytes(LARGE_BYTES));
}

const startBackup = () => startCommand(["agent", "backup", source, "--state", state, "--json"]);

/** Remembers what the source is like if the backup was committed. */
async function backUpInto({ done }: RunningCommand): Promise<boolean> {
  const { code, last } = await done;
  if (code !== 0) return false;
  const copy = join(folder, `copy-${copies.size}`);
  cpSync(source, copy, { recursive: true, preserveTimestamps: true });
  copies.set(String(last.snapshotId), copy);
  return true;
}

async function expectRestored(snapshotId: string): Promise<void> {
  const target = mkdtempSync(join(folder, "out-"));
  await expectCommand(["restore", snapshotId, "--to", target, "--json"], product.ownerEnv, restoreCodes);
  const differences = compareTrees(copies.get(snapshotId) ?? "", join(target, source), { hasOwners });
  expect(
    differences.filter((difference) => !/: time /.test(difference)),
    snapshotId,
  ).toEqual([]);
  rmSync(target, { recursive: true });
}

async function expectAllRestored(): Promise<void> {
  for (const snapshotId of copies.keys()) await expectRestored(snapshotId);
}

/** Everything that counts is in both zones. */
function waitForBothZones(): Promise<unknown> {
  const text = `select (select count(*) from pack_presence x join pack p using (company_id, pack_no)
      where p.state = 'live' and x.state <> 'present')
    + (select count(*) from object_presence where state <> 'present') as missing`;
  return waitUntil("everything in both zones", 180_000, async () => {
    const [row] = await queryAll(product, text);
    return Number(row?.missing) === 0;
  });
}

const zoneState = async () => (await queryAll(product, "select state from zone where zone_id = 'zone1'"))[0]?.state;

/**
 * A fault begins in the middle of a backup and of a restore. Restores go on, and so do backups of other machines, in the other zone, as soon as the
 * fault is seen. What was under way goes on where it was when the fault ends in time.
 */
async function throughFault(begin: () => void, end: () => void): Promise<void> {
  const newest = [...copies.keys()].at(-1) ?? "";
  changeSource();
  const running = startBackup();
  const restored = expectRestored(newest);
  await waitUntil("a backup under way", 60_000, async () => {
    const [row] = await queryAll(product, "select count(*) as open from run where ended_at is null");
    return Number(row?.open) > 0;
  });
  begin();
  try {
    await restored;
    await waitUntil("the fault being seen", 60_000, async () => (await zoneState()) === "unreachable");
    await expectCommand(["agent", "backup", other, "--state", otherState, "--json"]);
    expect((await queryAll(product, "select zone_id from run order by started_at desc limit 1"))[0]?.zone_id).toBe(
      "zone2",
    );
    await expectRestored(newest);
  } finally {
    end();
  }
  if (!(await backUpInto(running))) await backUpInto(startBackup());
  expect([...copies.keys()].at(-1)).not.toBe(newest);
  await waitForBothZones();
}

describe("a zone that fails while it is used (needs root, to mount it)", () => {
  for (const [what, begin, end] of [
    ["unmounted", () => volume?.unmount(), () => volume?.mount()],
    ["read-only", () => volume?.remount("ro"), () => volume?.remount("rw")],
    ["full", () => volume?.fill(), () => volume?.empty()],
  ] as const) {
    it(`${what}: nothing committed is lost, backups and restores go on, and it catches up`, async ({ skip }) => {
      if (volume === null) skip("mounting needs root and a loop device");
      await throughFault(begin, end);
    }, 400_000);
  }

  it("slow: a restore does not wait for it, and a backup that does is complete", async ({ skip }) => {
    if (volume === null) return skip("mounting needs root and a loop device");
    const newest = [...copies.keys()].at(-1) ?? "";
    changeSource();
    const running = startBackup();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    volume.freeze();
    const thawed = new Promise<number>((resolve) =>
      setTimeout(() => {
        volume?.thaw();
        resolve(Date.now());
      }, SLOW_MS),
    );
    const restored = expectRestored(newest).then(() => Date.now());
    const [thawedAt, restoredAt] = await Promise.all([thawed, restored]);
    expect(restoredAt).toBeLessThan(thawedAt);
    if (!(await backUpInto(running))) expect(await backUpInto(startBackup())).toBe(true);
    await waitForBothZones();
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
    const running = startBackup();
    for (const id of damaged) flipBit(join(base, id.slice(0, 2), id));
    await expectAllRestored();
    expect(await backUpInto(running)).toBe(true);
    const { sessionToken } = await createPortalClient({ portalUrl: product.url }).session.create.mutate(
      product.demo.staff,
    );
    const client = createPortalClient({ portalUrl: product.url, sessionToken });
    await waitUntil("every one of them healed", 120_000, async () => {
      const { rows } = await client.zones.findings.query({ states: ["healed"] });
      return damaged.every((id) => rows.some((row) => row.objectName === id && row.zoneId === "zone1"));
    });
    await waitForBothZones();
  }, 400_000);

  it("gone for good, one and then the other: every snapshot is restored from either alone", async ({ skip }) => {
    if (volume === null) return skip("mounting needs root and a loop device");
    volume.unmount();
    await expectAllRestored();
    volume.mount();
    rmSync(join(product.data, "zones", "zone2"), { recursive: true });
    await expectAllRestored();
    expect(copies.size).toBe(6);
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
