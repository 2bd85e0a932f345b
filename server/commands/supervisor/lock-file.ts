import { link, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { newId } from "../../platform/ids.ts";

/** Somebody who lives has it. */
export class LockHeldError extends Error {
  readonly code = "lock_held";
  readonly retryable = true;
  readonly processId: number;

  constructor(path: string, processId: number) {
    super(`${path} is held by process ${processId}`);
    this.processId = processId;
  }
}

/**
 * Takes a lock by a file with the number of this process; the number of a process that is gone does not count.
 *
 * @returns releases it
 * @throws LockHeldError
 */
export async function takeLockFile(path: string): Promise<() => Promise<void>> {
  const own = `${process.pid} ${await startTimeOf(process.pid)}\n`;
  const draft = `${path}.${newId()}`;
  await writeFile(draft, own);
  try {
    while (!(await isLinked(draft, path))) await removeStale(path);
  } finally {
    await unlink(draft);
  }
  return async () => {
    if ((await readFile(path, "utf8").catch(() => "")) === own) await unlink(path);
  };
}

async function removeStale(path: string): Promise<void> {
  const aside = `${path}.${newId()}`;
  await refuseLiving(path);
  // Set aside first: between reading and removing, another process may have put its own number there.
  await rename(path, aside).catch(ignoreMissing);
  try {
    await refuseLiving(aside);
  } catch (error) {
    await rename(aside, path);
    throw error;
  }
  await rm(aside, { force: true });
}

async function refuseLiving(path: string): Promise<void> {
  const [processId, startTime] = (await readFile(path, "utf8").catch(() => "")).trim().split(" ");
  if (!processId || (await startTimeOf(Number(processId))) !== startTime) return;
  throw new LockHeldError(path, Number(processId));
}

/** When a process was started, in the system's own unit, so that a number used again is told apart; "" when it is gone. */
async function startTimeOf(processId: number): Promise<string> {
  const stat = await readFile(`/proc/${processId}/stat`, "latin1").catch(() => null);
  if (stat !== null) {
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const isEnded = fields[0] === "Z";
    return isEnded ? "" : (fields[19] ?? "");
  }
  if (process.platform === "linux") return "";
  try {
    process.kill(processId, 0);
    return "alive";
  } catch {
    return "";
  }
}

async function isLinked(draft: string, path: string): Promise<boolean> {
  return link(draft, path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return false;
      throw error;
    },
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
