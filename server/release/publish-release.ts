import { copyFile, link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type AgentRelease,
  type PublishedRelease,
  publishedReleaseSchema,
  RELEASE_CONTEXT,
} from "../../contracts/agent-release.ts";
import { LINK_MAX_TTL_MS } from "../../contracts/limits.ts";
import { fromBase64, toBase64, toHex } from "../../engine/codec/hex.ts";
import { encodeUtf8 } from "../../engine/codec/text.ts";
import type { KeyPair } from "../../engine/ports/primitives.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { publishedReleases, RELEASE_FILE } from "../platform/published-releases.ts";
import { createSecret, readOrCreateSecretFile } from "../platform/secrets.ts";
import { type AgentBuild, agentBuildSchema, BUILD_FILE } from "./build-archives.ts";

/** A line that was made with the longest-lived link still finds what it names, and a day more. */
const KEPT_MS = LINK_MAX_TTL_MS + 24 * 60 * 60 * 1000;

export interface PublishRelease {
  readonly projectRoot: string;
  /** As `buildArchives` left it. */
  readonly buildFolder: string;
  /** What the front door serves. */
  readonly agentsFolder: string;
  readonly releaseKey: KeyPair;
}

/** The key that signs releases: Ed25519, made the first time. */
export async function readReleaseKey(file: string): Promise<KeyPair> {
  const seed = fromBase64(await readOrCreateSecretFile(file, createSecret));
  return nodePrimitives.signKeyPair(seed);
}

export async function readBuild(folder: string): Promise<AgentBuild> {
  return agentBuildSchema.parse(JSON.parse(await readFile(join(folder, BUILD_FILE), "utf8")));
}

/**
 * Offers a build: archives and installer first, by their hashes, then the description that names them. Whoever reads it finds all
 * that it names; what was offered before stays for as long as a link may live.
 */
export async function publishRelease(options: PublishRelease): Promise<PublishedRelease> {
  const { projectRoot, buildFolder, agentsFolder, releaseKey } = options;
  const { version, archives } = await readBuild(buildFolder);
  const release: AgentRelease = { v: 1, version, archives };
  await mkdir(agentsFolder, { recursive: true, mode: 0o755 });
  for (const { sha256 } of archives) {
    const name = `${sha256}.tar.gz`;
    await bringFile(join(buildFolder, name), join(agentsFolder, name));
  }
  const installer = await makeInstaller(projectRoot, release, releaseKey);
  const installerSha256 = toHex(nodePrimitives.sha256(installer));
  await replace(join(agentsFolder, `${installerSha256}.sh`), installer);
  const statement = encodeUtf8(JSON.stringify(release));
  const signature = nodePrimitives.sign(releaseKey.secretKey, encodeUtf8(RELEASE_CONTEXT), statement);
  const published = publishedReleaseSchema.parse({
    v: 1,
    version,
    statement: toBase64(statement),
    signature: toBase64(signature),
    installerSha256,
  });
  await replace(join(agentsFolder, RELEASE_FILE), encodeUtf8(`${JSON.stringify(published)}\n`));
  await removeOld(agentsFolder, [...archives.map(({ sha256 }) => `${sha256}.tar.gz`), `${installerSha256}.sh`]);
  return published;
}

/** True for an offer that this key signed; another one is somebody's decision, and is not for us to replace. */
export function isSignedByKey({ statement, signature }: PublishedRelease, { publicKey }: KeyPair): boolean {
  return nodePrimitives.isSignedBy(
    publicKey,
    fromBase64(signature),
    encodeUtf8(RELEASE_CONTEXT),
    fromBase64(statement),
  );
}

export async function findPublished(agentsFolder: string): Promise<PublishedRelease | null> {
  return publishedReleases(agentsFolder).find();
}

/** Ends with one line end: the shell that compares its hash takes it away and gives it back. */
export async function makeInstaller(
  projectRoot: string,
  { version, archives }: AgentRelease,
  { publicKey }: Pick<KeyPair, "publicKey">,
): Promise<Uint8Array> {
  const template = await readFile(join(projectRoot, "deploy", "agent", "install.sh"), "utf8");
  const listed = archives.map(({ system, arch, sha256 }) => `${system}-${arch}:${sha256}`).join(" ");
  const filled = template
    .replace("@VERSION@", version)
    .replace("@RELEASE_KEY@", toHex(publicKey))
    .replace("@ARCHIVES@", listed);
  return encodeUtf8(`${filled.trimEnd()}\n`);
}

/** By a second name where that goes, because an archive has 50 MB. */
async function bringFile(from: string, to: string): Promise<void> {
  if ((await stat(to).catch(() => null)) === null) {
    const draft = `${to}.draft`;
    await rm(draft, { force: true });
    await link(from, draft).catch(() => copyFile(from, draft));
    await rename(draft, to);
  }
  const now = new Date();
  await utimes(to, now, now);
}

async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.draft`;
  await writeFile(draft, bytes, { mode: 0o644, flush: true });
  await rename(draft, path);
}

async function removeOld(folder: string, current: readonly string[]): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name === RELEASE_FILE || current.includes(name)) continue;
    const { mtimeMs } = await stat(join(folder, name));
    if (Date.now() - mtimeMs > KEPT_MS) await rm(join(folder, name), { force: true });
  }
}
