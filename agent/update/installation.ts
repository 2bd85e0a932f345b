import { appendFileSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fromHex } from "../../engine/codec/hex.ts";
import { AgentError } from "../state/agent-error.ts";
import { findFile, replaceFile } from "../state/state-folder.ts";

/**
 * [Note: An installed agent] What the pasted line makes (deploy/agent/install.sh), in /opt/holdfast or below ~/.local:
 *
 *     versions/<version>-<12 of the archive's SHA-256>/   one version, whole: runtime, bundle, native parts
 *     current -> versions/...                             the one that is started
 *     release-key                                         what releases must be signed with, pinned at the installation
 *     bin/holdfast, bin/keep                              start it, and judge it; no update touches them
 *     trial, failed                                       shared with bin/keep, which says what they hold
 */
export interface Installation {
  readonly root: string;
  /** The folder below `versions/` that this program runs from. */
  readonly own: string;
  /** Ed25519, 32 bytes. */
  readonly releaseKey: Uint8Array;
  /** Names of versions that did not work here. */
  readonly failed: ReadonlySet<string>;
}

/**
 * Where this program is installed; undefined for a checkout, or when nobody would take a new version back that does not start.
 *
 * @throws AgentError `installation_damaged`
 */
export function findInstallation(env: NodeJS.ProcessEnv, program: string): Installation | undefined {
  const root = env.HOLDFAST_INSTALL;
  if (root === undefined || env.HOLDFAST_KEPT === undefined) return undefined;
  const key = findFile(join(root, "release-key"))?.toString("utf8").trim() ?? "";
  if (!/^[0-9a-f]{64}$/.test(key)) {
    const message = `${join(root, "release-key")} cannot be read; install the agent again by a line of the portal`;
    throw new AgentError("installation_damaged", message);
  }
  // <root>/versions/<own>/lib/main.mjs, started by way of `current`, which may be another one by now.
  const own = basename(dirname(dirname(realpathSync(program))));
  return { root, own, releaseKey: fromHex(key), failed: readFailed(root) };
}

function readFailed(root: string): ReadonlySet<string> {
  const lines = findFile(join(root, "failed"))?.toString("utf8") ?? "";
  return new Set(lines.split("\n").filter((line) => line !== ""));
}

export function noteFailed({ root }: Installation, name: string): void {
  appendFileSync(join(root, "failed"), `${name}\n`, { mode: 0o644 });
}

/** From here on `bin/keep` counts how often `name` is started, and goes back to this version unless it proves itself. */
export function beginTrial({ root, own }: Installation, name: string): void {
  replaceFile(join(root, "trial"), Buffer.from(`${name} ${own} 0\n`));
}

/** This version works: nothing goes back any more. True if it was on trial. */
export function endTrial({ root, own }: Installation): boolean {
  const path = join(root, "trial");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return false;
  }
  rmSync(path, { force: true });
  return text.startsWith(`${own} `);
}
