import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Account } from "./account.ts";
import { PostgresError } from "./postgres-error.ts";
import { runAs } from "./run-as.ts";

const DATA_FOLDERS_THAT_USUALLY_WORK = ["/var/lib/holdfast", "/srv/holdfast", "/var/tmp/holdfast"];

/** The first folder on the way to `path` that `account` may not enter, or null. Asks the system, so that ACLs count. */
export async function findBlockingFolder(account: Account, path: string): Promise<string | null> {
  const folders = listFolders(path);
  const script = 'for folder in "$@"; do if [ ! -x "$folder" ]; then printf %s "$folder"; exit 1; fi; done';
  const { exitCode, output } = await runAs(account, "/bin/sh", ["-c", script, "sh", ...folders], "/");
  return exitCode === 0 ? null : output;
}

/**
 * @throws PostgresError that names the folder in the way, and a `--data` that works
 */
export async function requireReachable(account: Account, path: string): Promise<void> {
  const blocking = await findBlockingFolder(account, path);
  if (blocking === null) return;
  const mode = (statSync(blocking).mode & 0o7777).toString(8).padStart(4, "0");
  const proposal = await proposeDataFolder(account);
  throw new PostgresError(
    "postgres_unreachable_folder",
    `PostgreSQL runs as "${account.name}", which may not enter ${blocking} (mode ${mode}); ` +
      `start with --data ${proposal}, or allow it with: chmod o+x ${blocking}`,
  );
}

async function proposeDataFolder(account: Account): Promise<string> {
  for (const folder of DATA_FOLDERS_THAT_USUALLY_WORK) {
    if ((await findBlockingFolder(account, folder)) === null) return folder;
  }
  return "a folder that it may enter";
}

/** Every existing folder from the root down to `path`. */
function listFolders(path: string): string[] {
  const above = dirname(path) === path ? [] : listFolders(dirname(path));
  return existsSync(path) && statSync(path).isDirectory() ? [...above, path] : above;
}
