import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

export interface PostmasterFile {
  readonly processId: number;
  readonly port: number;
}

/** What a running server (or one that was killed) wrote into its lock file; null when there is none. */
export async function readPostmasterFile(dataFolder: string): Promise<PostmasterFile | null> {
  const text = await readFile(join(dataFolder, "postmaster.pid"), "utf8").catch(() => "");
  const lines = text.split("\n");
  const processId = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isSafeInteger(processId) || processId <= 0) return null;
  return { processId, port: Number.isSafeInteger(port) ? port : 0 };
}

/**
 * Whether `processId` lives and is the PostgreSQL of `dataFolder`. A server's working folder is its data folder;
 * where the system does not tell (other than Linux), any living process counts.
 */
export async function isPostgresOf(processId: number, dataFolder: string): Promise<boolean> {
  if (!isAlive(processId)) return false;
  if (process.platform !== "linux") return true;
  // A process that ended and was not yet collected has no folder; neither has another user's, which is not ours.
  return (await readlink(`/proc/${processId}/cwd`).catch(() => null)) === dataFolder;
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
