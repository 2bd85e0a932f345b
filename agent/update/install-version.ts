import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { syncFolder } from "../platform/posix-state.ts";
import { AgentError } from "../state/agent-error.ts";
import { beginTrial, type Installation } from "./installation.ts";

const run = promisify(execFile);

/** Unpacking 130 MB on a slow disk. */
const UNPACK_MS = 10 * 60_000;
/** Starting, opening the state, and one answer of the portal. */
const CHECK_MS = 5 * 60_000;
/** As `holdfast agent check` ends when the portal, and not the agent, could not be had. */
export const EXIT_PORTAL_AWAY = 75;

/** Unpacks a verified archive beside the versions; nothing is started from there yet. */
export async function unpackVersion(file: string, folder: string, signal: AbortSignal): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o755 });
  // As at the installation: tar and gzip are what the machine has.
  await run("tar", ["-xzof", file, "-C", folder], { signal, timeout: UNPACK_MS });
}

/**
 * Has the new version try itself: it starts, opens this agent's state, and is answered by the portal.
 *
 * @throws AgentError `portal_unreachable` when that says nothing about it, `version_failed` when it does
 */
export async function checkVersion(
  folder: string,
  wanted: { readonly version: string; readonly stateFolder: string; readonly signal: AbortSignal },
): Promise<void> {
  const { version, stateFolder, signal } = wanted;
  const args = [join(folder, "lib", "main.mjs"), "agent", "check", "--state", stateFolder, "--json"];
  let stdout: string;
  try {
    ({ stdout } = await run(join(folder, "bin", "node"), args, { signal, timeout: CHECK_MS }));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const reason = error instanceof Error ? error.message.slice(0, 500) : String(error);
    if (code === EXIT_PORTAL_AWAY)
      throw new AgentError("portal_unreachable", "the new agent could not reach the portal");
    throw new AgentError("version_failed", `agent ${version} does not work here: ${reason}`);
  }
  if (readVersion(stdout) !== version) {
    throw new AgentError(
      "version_failed",
      `what was signed as agent ${version} says that it is ${readVersion(stdout)}`,
    );
  }
}

function readVersion(stdout: string): string {
  try {
    const told: unknown = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    if (typeof told === "object" && told !== null && "version" in told) return String(told.version);
  } catch {
    // Said below.
  }
  return "nothing";
}

/** Makes it current. The trial is durable first: whatever happens after, somebody can go back. */
export function switchVersion(installation: Installation, name: string): void {
  const { root } = installation;
  syncFolder(join(root, "versions"));
  beginTrial(installation, name);
  const draft = join(root, "current.next");
  rmSync(draft, { force: true });
  symlinkSync(join("versions", name), draft);
  renameSync(draft, join(root, "current"));
  syncFolder(root);
}

/** Removes every version but these, and what was never finished. */
export function keepVersions({ root }: Installation, names: readonly string[]): void {
  for (const name of readdirSync(join(root, "versions"))) {
    if (!names.includes(name)) rmSync(join(root, "versions", name), { recursive: true, force: true });
  }
}
