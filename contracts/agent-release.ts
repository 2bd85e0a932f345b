import { z } from "zod";
import { base64Schema, sha256HexSchema } from "./fields.ts";

/** Where the front door serves a release: its description, and below it archives and installers by the hash of their bytes. */
export const AGENT_DOWNLOADS = "/agent";
export const AGENT_RELEASE_PATH = `${AGENT_DOWNLOADS}/release.json`;
/** An archive has about 50 MB: the runtime, the bundle, two native parts. */
export const AGENT_ARCHIVE_MAX_BYTES = 256 * 1024 * 1024;
/** A statement lists a few archives. */
const STATEMENT_MAX_BYTES = 8 * 1024;
const SIGNATURE_BYTES = 64;

const VERSION_PATTERN = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:[-+][0-9A-Za-z.-]{1,40})?$/;

export const agentArchiveSchema = z.object({
  system: z.enum(["linux"]),
  arch: z.enum(["x64", "arm64"]),
  sha256: sha256HexSchema,
  sizeBytes: z.int().min(1).max(AGENT_ARCHIVE_MAX_BYTES),
});
export type AgentArchive = z.infer<typeof agentArchiveSchema>;

/** What the release key signs. Members that a later version adds are passed over: an old agent must be able to read it. */
export const agentReleaseSchema = z.object({
  v: z.literal(1),
  version: z.string().regex(VERSION_PATTERN, "must be major.minor.patch"),
  archives: z.array(agentArchiveSchema).min(1).max(16),
});
export type AgentRelease = z.infer<typeof agentReleaseSchema>;

/** A statement (JSON of `AgentRelease`) with its Ed25519 signature by the release key: what an agent is offered. */
export const signedReleaseSchema = z.object({
  statement: base64Schema(STATEMENT_MAX_BYTES),
  signature: base64Schema(SIGNATURE_BYTES),
});
export type SignedRelease = z.infer<typeof signedReleaseSchema>;

/** What is served at `AGENT_RELEASE_PATH`. */
export const publishedReleaseSchema = signedReleaseSchema.extend({
  v: z.literal(1),
  version: z.string(),
  /** SHA-256 of the installer for it, which the pasted line demands. */
  installerSha256: sha256HexSchema,
});
export type PublishedRelease = z.infer<typeof publishedReleaseSchema>;

/** Before the statement in what is signed, so that no other signature of this key means a release. */
export const RELEASE_CONTEXT = "holdfast/1/agent-release\n";

export function archivePath(sha256: string): string {
  return `${AGENT_DOWNLOADS}/${sha256}.tar.gz`;
}

export function installerPath(sha256: string): string {
  return `${AGENT_DOWNLOADS}/${sha256}.sh`;
}

/** Compares `major.minor.patch`; what cannot be read is older than anything. */
export function isOlderVersion(version: string, than: string): boolean {
  const [given, wanted] = [numbersOf(version), numbersOf(than)];
  for (const [index, number] of wanted.entries()) {
    const have = given[index] ?? -1;
    if (have !== number) return have < number;
  }
  return false;
}

function numbersOf(version: string): number[] {
  return VERSION_PATTERN.exec(version)?.slice(1, 4).map(Number) ?? [];
}

/**
 * One line for a shell of a machine that has no Node: fetches the installer, runs it only if it is the one of that hash, and
 * hands it the link through a pipe. `printf` is part of the shell, so that no process has the link's secret among its arguments.
 */
export function installLine(input: { readonly link: string; readonly installerSha256: string }): string {
  const { link, installerSha256 } = input;
  const address = quote(new URL(installerPath(installerSha256), link).href);
  return (
    `(s="$(curl -fsS ${address} || wget -qO- ${address})"; ` +
    `[ "$(printf '%s\\n' "$s" | sha256sum)" = '${installerSha256}  -' ] && ` +
    `printf '%s\\n' ${quote(link)} | sh -c "$s" || { echo 'holdfast: the agent was not installed' >&2; exit 1; })`
  );
}

/** For a POSIX shell; a link has no quotes in it, and must not be able to. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
