import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { storedBytes } from "./corpus.ts";
import { type Measured, measure } from "./measure.ts";

export interface Round {
  readonly first: Measured;
  readonly unchanged: Measured;
  readonly restore: Measured;
  readonly storedBytes: number;
}

export function versionOf(command: string, args: readonly string[]): string | null {
  try {
    return execFileSync(command, args, { encoding: "utf8" }).trim().split("\n")[0] ?? null;
  } catch {
    return null; // not installed: left out of the table by name
  }
}

/** restic as its users run it: repository version 2, default compression and pack size. */
export async function resticRound(folder: string, corpus: string): Promise<Round> {
  const repository = join(folder, "restic");
  const target = join(folder, "restic-restored");
  const env = {
    RESTIC_REPOSITORY: repository,
    RESTIC_PASSWORD: "benchmark",
    RESTIC_CACHE_DIR: join(folder, "restic-cache"),
  };
  await measure(["restic", "init", "--repository-version", "2"], env);
  const first = await measure(["restic", "backup", "--quiet", corpus], env);
  const unchanged = await measure(["restic", "backup", "--quiet", corpus], env);
  const bytes = storedBytes(repository);
  mkdirSync(target);
  const restore = await measure(["restic", "restore", "--quiet", "latest", "--target", target], env);
  for (const path of [repository, target, env.RESTIC_CACHE_DIR]) rmSync(path, { recursive: true, force: true });
  return { first, unchanged, restore, storedBytes: bytes };
}

/** borg with authenticated encryption and zstd, as its documentation recommends for speed with good ratio. */
export async function borgRound(folder: string, corpus: string): Promise<Round> {
  const repository = join(folder, "borg");
  const target = join(folder, "borg-restored");
  const env = { BORG_REPO: repository, BORG_PASSPHRASE: "benchmark", BORG_BASE_DIR: join(folder, "borg-base") };
  await measure(["borg", "init", "--encryption", "repokey-blake2"], env);
  const create = (name: string) => measure(["borg", "create", "--compression", "zstd,3", `::${name}`, corpus], env);
  const first = await create("first");
  const unchanged = await create("second");
  const bytes = storedBytes(repository);
  mkdirSync(target);
  const restore = await measure(["bash", "-c", `cd "${target}" && borg extract ::second`], env);
  for (const path of [repository, target, env.BORG_BASE_DIR]) rmSync(path, { recursive: true, force: true });
  return { first, unchanged, restore, storedBytes: bytes };
}
