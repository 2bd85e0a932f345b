import { lstat, mkdir, readdir, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { systemCodeOf } from "./fs-errors.ts";

/** Unfinished objects lie here: in the base's own file system, and outside every valid key. */
const FOLDER = ".unfinished";
/** Age in ms after which an unfinished object of another host is swept; far above the longest upload. */
const MAX_AGE_MS = 6 * 3_600_000;

const HOST = hostname()
  .toLowerCase()
  .replaceAll(/[^a-z0-9-]/g, "-")
  .slice(0, 40);
const STARTED = String(Math.round(performance.timeOrigin));
let count = 0;

/** A path for one unfinished object; tells which process writes it: host, process id, start of the process, number. */
export function newUnfinishedPath(basePath: string): string {
  count += 1;
  return join(basePath, FOLDER, `${HOST}_${process.pid}_${STARTED}_${count}`);
}

export async function makeUnfinishedFolder(basePath: string): Promise<void> {
  await mkdir(join(basePath, FOLDER)).catch((error: unknown) => {
    if (systemCodeOf(error) !== "EEXIST") throw error;
  });
}

/** Removes what processes that have ended left behind; what a living process writes stays. Returns how many. */
export async function sweepUnfinished(basePath: string, now: Date): Promise<number> {
  const folder = join(basePath, FOLDER);
  let swept = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!(await isStale(join(folder, name), name, now))) continue;
    await unlink(join(folder, name)).catch(() => undefined);
    swept += 1;
  }
  return swept;
}

async function isStale(path: string, name: string, now: Date): Promise<boolean> {
  const [host, pid, started] = name.split("_");
  if (host === HOST && Number(pid) === process.pid) return started !== STARTED;
  if (host === HOST && !isProcessAlive(Number(pid))) return true;
  const found = await lstat(path).catch(() => null);
  return found !== null && now.getTime() - found.mtimeMs > MAX_AGE_MS;
}

function isProcessAlive(processId: number): boolean {
  if (!Number.isSafeInteger(processId) || processId <= 0) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) === "EPERM";
  }
}
