import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRelease } from "../../agent/update/open-release.ts";
import { BUILD_FILE } from "./build-archives.ts";
import { findPublished, isSignedByKey, publishRelease, readReleaseKey } from "./publish-release.ts";

const projectRoot = join(import.meta.dirname, "../..");
const DAY_MS = 86_400_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-publish-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sha256Of = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

async function publish(version: string, content: string, keyName = "key") {
  const buildFolder = join(folder, `build-${version}`);
  mkdirSync(buildFolder, { recursive: true });
  const sha256 = sha256Of(content);
  writeFileSync(join(buildFolder, `${sha256}.tar.gz`), content);
  const archives = [{ system: "linux", arch: "x64", sha256, sizeBytes: content.length }];
  writeFileSync(join(buildFolder, BUILD_FILE), JSON.stringify({ version, archives, missing: [] }));
  const releaseKey = await readReleaseKey(join(folder, keyName));
  const agentsFolder = join(folder, "agents");
  const published = await publishRelease({ projectRoot, buildFolder, agentsFolder, releaseKey });
  return { published, releaseKey, agentsFolder, sha256 };
}

test("what is offered is signed, and an agent that pinned the key reads it", async () => {
  const { published, releaseKey, agentsFolder, sha256 } = await publish("2.0.0", "archive");
  expect(await findPublished(agentsFolder)).toEqual(published);
  expect(openRelease(published, releaseKey.publicKey)).toMatchObject({ version: "2.0.0", archives: [{ sha256 }] });
  expect(readFileSync(join(agentsFolder, `${sha256}.tar.gz`), "utf8")).toBe("archive");
});

test("an agent refuses an offer of another key, a changed one, and one that was signed for something else", async () => {
  const { published, releaseKey } = await publish("2.0.0", "archive");
  const other = await readReleaseKey(join(folder, "other"));
  const refused = expect.objectContaining({ code: "release_not_signed" });
  expect(() => openRelease(published, other.publicKey)).toThrow(refused);
  const statement = Buffer.from(published.statement, "base64").toString().replace("2.0.0", "3.0.0");
  const changed = { ...published, statement: Buffer.from(statement).toString("base64") };
  expect(() => openRelease(changed, releaseKey.publicKey)).toThrow(refused);
  expect(isSignedByKey(published, releaseKey)).toBe(true);
  expect(isSignedByKey(published, other)).toBe(false);
});

test("the installer is served under its own hash, names archive and key, and ends with one line end", async () => {
  const { published, releaseKey, agentsFolder, sha256 } = await publish("2.0.0", "archive");
  const installer = readFileSync(join(agentsFolder, `${published.installerSha256}.sh`), "utf8");
  expect(sha256Of(installer)).toBe(published.installerSha256);
  expect(installer).toContain(`archives='linux-x64:${sha256}'`);
  expect(installer).toContain(`release_key='${Buffer.from(releaseKey.publicKey).toString("hex")}'`);
  expect(installer).not.toContain("@");
  expect(installer).toMatch(/[^\n]\n$/);
});

test("what was offered before stays as long as a link to it may live, and not for ever", async () => {
  const first = await publish("2.0.0", "first");
  const { agentsFolder, ...second } = await publish("2.1.0", "second");
  const before = [`${first.sha256}.tar.gz`, `${first.published.installerSha256}.sh`];
  expect(readdirSync(agentsFolder)).toEqual(expect.arrayContaining(before));
  const longAgo = new Date(Date.now() - 32 * DAY_MS);
  for (const name of readdirSync(agentsFolder)) utimesSync(join(agentsFolder, name), longAgo, longAgo);
  await publish("2.1.0", "second");
  const kept = [`${second.sha256}.tar.gz`, `${second.published.installerSha256}.sh`, "release.json"];
  expect(readdirSync(agentsFolder).sort()).toEqual(kept.sort());
});
