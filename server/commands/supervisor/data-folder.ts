import { existsSync } from "node:fs";
import { chmod, link, mkdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "../../platform/ids.ts";
import { StartError } from "./start-error.ts";

/** Makes the data folder and its parts. A folder that exists keeps its mode. */
export async function prepareDataFolder(dataFolder: string): Promise<void> {
  try {
    if (!existsSync(dataFolder)) {
      await mkdir(dataFolder, { recursive: true });
      // As root, PostgreSQL runs under another account and must get through, whatever the umask says.
      await chmod(dataFolder, 0o755);
    }
    await mkdir(join(dataFolder, "logs"), { recursive: true, mode: 0o750 });
    await mkdir(join(dataFolder, "secrets"), { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError("data_folder_unusable", `cannot use ${dataFolder} as data folder: ${reason}`, {
      cause: error,
    });
  }
}

/**
 * Takes the data folder for this process by `holdfast.pid`; the number of a process that is gone does not count.
 *
 * @returns releases it
 * @throws StartError `already_running`
 */
export async function takeDataFolder(dataFolder: string): Promise<() => Promise<void>> {
  const path = join(dataFolder, "holdfast.pid");
  const own = `${process.pid} ${await startTimeOf(process.pid)}\n`;
  const draft = `${path}.${newId()}`;
  await writeFile(draft, own);
  try {
    while (!(await isLinked(draft, path))) await removeStale(path, dataFolder);
  } finally {
    await unlink(draft);
  }
  return async () => {
    if ((await readFile(path, "utf8").catch(() => "")) === own) await unlink(path);
  };
}

async function removeStale(path: string, dataFolder: string): Promise<void> {
  const aside = `${path}.${newId()}`;
  await refuseLiving(path, dataFolder);
  // Set aside first: between reading and removing, another start may have put its own number there.
  await rename(path, aside).catch(ignoreMissing);
  try {
    await refuseLiving(aside, dataFolder);
  } catch (error) {
    await rename(aside, path);
    throw error;
  }
  await rm(aside, { force: true });
}

async function refuseLiving(path: string, dataFolder: string): Promise<void> {
  const [processId, startTime] = (await readFile(path, "utf8").catch(() => "")).trim().split(" ");
  if (!processId || (await startTimeOf(Number(processId))) !== startTime) return;
  throw new StartError(
    "already_running",
    `Holdfast already runs on ${dataFolder} (process ${processId}); stop it, or choose another --data`,
  );
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
