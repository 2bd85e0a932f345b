import { existsSync } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { LockHeldError, takeLockFile } from "./lock-file.ts";
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
 * Takes the data folder for this process by `holdfast.pid`.
 *
 * @returns releases it
 * @throws StartError `already_running`
 */
export async function takeDataFolder(dataFolder: string): Promise<() => Promise<void>> {
  try {
    return await takeLockFile(join(dataFolder, "holdfast.pid"));
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error;
    const message = `Holdfast already runs on ${dataFolder} (process ${error.processId}); stop it, or choose another --data`;
    throw new StartError("already_running", message, { cause: error });
  }
}
