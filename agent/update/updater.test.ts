import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FakePortal } from "../testing/fake-portal.ts";
import {
  makeInstallation,
  makeRelease,
  newReleaseKey,
  readLines,
  type SampleRelease,
} from "../testing/sample-release.ts";
import { type UpdateEvent, Updater } from "./updater.ts";

const WORKS = 'echo \'{"event":"checked","version":"9.0.0"}\'';
const key = newReleaseKey();

let root: string;
let portal: FakePortal;
let origin: string;
let served: Buffer;
let events: UpdateEvent[];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "holdfast-update-"));
  events = [];
  portal = new FakePortal(() => ({ status: 200, bytes: served }));
  origin = await portal.open();
});
afterEach(async () => {
  await portal.close();
  rmSync(root, { recursive: true, force: true });
});

function openUpdater({ archive }: SampleRelease, { spreadMs = 0 } = {}): Updater {
  served = archive;
  return new Updater({
    installation: makeInstallation(root, key),
    origin,
    stateFolder: root,
    signal: new AbortController().signal,
    tell: (event) => events.push(event),
    spreadMs,
    backOffMs: [1, 1],
  });
}

const current = () => readlinkSync(join(root, "current"));
const told = () => events.map((event) => (event.event === "update_failed" ? event.code : event.event));

test("a version that works becomes current, on trial, and the old one stays to go back to", async () => {
  const release = makeRelease("9.0.0", WORKS, key);
  expect(await openUpdater(release).consider(release.offer, false)).toBe("restart");
  expect(current()).toBe(`versions/${release.name}`);
  expect(readLines(join(root, "trial"))).toEqual([`${release.name} own 0`]);
  expect(readdirSync(join(root, "versions")).sort()).toEqual([release.name, "own"].sort());
  expect(told()).toEqual(["updating", "updated"]);
});

test("a version that does not work is noted and never fetched again, and nothing has changed", async () => {
  const release = makeRelease("9.0.0", "echo cannot >&2; exit 1", key);
  const updater = openUpdater(release);
  expect(await updater.consider(release.offer, true)).toBe("none");
  expect(await updater.consider(release.offer, true)).toBe("none");
  expect(told()).toEqual(["updating", "version_failed"]);
  expect(portal.calls).toHaveLength(1);
  expect(readLines(join(root, "failed"))).toEqual([release.name]);
  expect(current()).toBe("versions/own");
  expect(existsSync(join(root, "trial"))).toBe(false);
  expect(readdirSync(join(root, "versions"))).toEqual(["own"]);
});

test("a version that says it is another one does not work", async () => {
  const release = makeRelease("9.0.1", WORKS, key);
  expect(await openUpdater(release).consider(release.offer, true)).toBe("none");
  expect(told()).toEqual(["updating", "version_failed"]);
});

test("a portal that is away while the new version looks for it says nothing about that version", async () => {
  const release = makeRelease("9.0.0", "exit 75", key);
  expect(await openUpdater(release).consider(release.offer, true)).toBe("wait");
  expect(told()).toEqual(["updating", "portal_unreachable"]);
  expect(existsSync(join(root, "failed"))).toBe(false);
});

test("other bytes than were signed are not unpacked, shorter and longer ones neither", async () => {
  const release = makeRelease("9.0.0", WORKS, key);
  const flipped = Buffer.from(release.archive);
  flipped[20] = (flipped[20] ?? 0) ^ 1;
  for (const archive of [flipped, release.archive.subarray(1), Buffer.concat([release.archive, Buffer.of(0)])]) {
    events = [];
    rmSync(root, { recursive: true, force: true });
    expect(await openUpdater({ ...release, archive }).consider(release.offer, true)).toBe("wait");
    expect(told()).toEqual(["updating", "archive_changed"]);
    expect(readdirSync(join(root, "versions"))).toEqual(["own"]);
  }
});

test("what another key signed is not even fetched, and is said once", async () => {
  const release = makeRelease("9.0.0", WORKS, newReleaseKey());
  const updater = openUpdater(release);
  for (const isUrgent of [true, true, false]) expect(await updater.consider(release.offer, isUrgent)).toBe("none");
  expect(told()).toEqual(["release_not_signed"]);
  expect(portal.calls).toHaveLength(0);
});

test("an offer is waited with, unless the portal takes nothing from this version any more", async () => {
  const release = makeRelease("9.0.0", WORKS, key);
  const updater = openUpdater(release, { spreadMs: 1e12 });
  expect(await updater.consider(release.offer, false)).toBe("wait");
  expect(portal.calls).toHaveLength(0);
  expect(await updater.consider(release.offer, true)).toBe("restart");
});

test("only the version on trial ends its trial with success", () => {
  const release = makeRelease("9.0.0", WORKS, key);
  const updater = openUpdater(release);
  writeFileSync(join(root, "trial"), "own before 1\n");
  updater.prove();
  updater.prove();
  expect(told()).toEqual(["proven"]);
  expect(existsSync(join(root, "trial"))).toBe(false);
  // One that was never switched to: the machine ended in between.
  writeFileSync(join(root, "trial"), "another own 0\n");
  updater.prove();
  expect(told()).toEqual(["proven"]);
  expect(() => readFileSync(join(root, "trial"))).toThrow("ENOENT");
});
