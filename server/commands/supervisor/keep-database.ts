import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type OpenDatabase, openDatabase } from "../../db/embedded/open-database.ts";

/** How soon a PostgreSQL that was killed is noticed; the check reads one small file. */
const CHECK_MS = 500;

export interface KeptDatabase {
  readonly urls: OpenDatabase["urls"];
  /** Ends the watch and shuts PostgreSQL down. */
  stop(): Promise<void>;
}

/** PostgreSQL, started again on the same port whenever it is found dead. */
export async function keepDatabase(
  projectRoot: string,
  dataFolder: string,
  onCrash: (message: string) => void,
): Promise<KeptDatabase> {
  const options = { dataFolder, migrationsFolder: join(projectRoot, "prisma", "migrations"), isDurable: true };
  const first = await openDatabase(options);
  await writeFile(join(dataFolder, "secrets", "owner-url"), `${first.urls.ownerUrl}\n`, { mode: 0o600 });
  const watch = new AbortController();
  const watching = watchDatabase(first, watch.signal, async () => {
    onCrash("PostgreSQL is gone; starting it again");
    await openDatabase({ ...options, port: first.server.port }).catch((error: Error) => onCrash(error.message));
  });
  return {
    urls: first.urls,
    async stop() {
      watch.abort();
      await watching;
      await first.server.stop();
    },
  };
}

async function watchDatabase(
  { server }: OpenDatabase,
  signal: AbortSignal,
  restart: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(CHECK_MS, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted && !(await server.isRunning())) await restart();
  }
}
