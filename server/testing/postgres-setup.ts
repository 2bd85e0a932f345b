import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { openDatabase } from "../db/embedded/open-database.ts";
import { isPostgresOf, readPostmasterFile } from "../db/embedded/postmaster-file.ts";

export const TEMPLATE_DATABASE = "holdfast_template";
const FOLDER_PREFIX = "holdfast-test-postgres-";

declare module "vitest" {
  export interface ProvidedContext {
    postgres: { superuserUrl: string; ownerUrl: string; appUrl: string; workerUrl: string };
  }
}

/** One PostgreSQL for the whole run, with a migrated template that each test file copies; removed at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers();
  const dataFolder = await mkdtemp(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
  // As root, PostgreSQL runs under another account, which must get in.
  await chmod(dataFolder, 0o755);
  const { server, urls } = await openDatabase({
    dataFolder,
    migrationsFolder: join(import.meta.dirname, "../../prisma/migrations"),
    databaseName: TEMPLATE_DATABASE,
    isDurable: false,
  });
  project.provide("postgres", { ...urls });
  return async () => {
    await server.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
}

/** Runs that were killed leave a server behind; it goes when its vitest is gone. */
async function removeLeftovers(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(FOLDER_PREFIX));
  for (const name of names) {
    const owner = Number(name.slice(FOLDER_PREFIX.length).split("-")[0]);
    if (isAlive(owner)) continue;
    const folder = join(tmpdir(), name);
    const found = await readPostmasterFile(join(folder, "postgres", "data"));
    if (found && (await isPostgresOf(found.processId, join(folder, "postgres", "data"))))
      process.kill(found.processId, "SIGINT");
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
