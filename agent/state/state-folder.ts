import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { isSuperuser, syncFolder } from "../platform/posix-state.ts";

/** What an agent keeps on its machine. `identity/` cannot be replaced; `cache/` may be deleted at any time. */
export interface StateFolder {
  readonly root: string;
  readonly identity: string;
  readonly cache: string;
}

/** @param chosen from --state; otherwise /var/lib for root, and the user's state folder for everybody else */
export function openStateFolder(chosen?: string): StateFolder {
  const root = resolve(chosen ?? defaultRoot());
  const folder = { root, identity: join(root, "identity"), cache: join(root, "cache") };
  mkdirSync(folder.root, { recursive: true, mode: 0o700 });
  mkdirSync(folder.identity, { recursive: true, mode: 0o700 });
  mkdirSync(folder.cache, { recursive: true, mode: 0o700 });
  return folder;
}

function defaultRoot(): string {
  if (isSuperuser()) return "/var/lib/holdfast";
  return join(process.env.XDG_STATE_HOME ?? join(homedir(), ".local", "state"), "holdfast");
}

/** The bytes of a file; undefined when there is none. */
export function findFile(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Replaces a file so that a crash leaves the old or the new one, readable by this user alone. */
export function replaceFile(path: string, bytes: Uint8Array): void {
  const draft = `${path}.new`;
  const fd = openSync(draft, "w", 0o600);
  try {
    writeSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}
