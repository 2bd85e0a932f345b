import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync } from "node:fs";
import { opendir } from "node:fs/promises";
import { join } from "node:path";
import { toHex } from "../../../engine/codec/hex.ts";
import { encodeUtf8 } from "../../../engine/codec/text.ts";
import { nodePrimitives } from "../../../engine/primitives/node.ts";

/** A file system in memory, as every Linux has it. */
const MEMORY_FOLDER = "/dev/shm";

/**
 * [Note: What a collector keeps]
 *
 * Each has a state folder, as an agent on a customer's machine has: `<folder>/<company>/<collector>`. Its `identity/` lies on the disk. Its `cache/` holds the names
 * of what it backs up, and the provider keeps no names: so it lies in a file system in memory, for as long as this worker runs, and `cache` is a link to it. Where
 * there is no such file system it goes after each backup, and everything is read again at the next one.
 */
export class CollectorFolders {
  readonly #root: string;
  readonly #memory: string | null;

  constructor(root: string, memoryFolder = MEMORY_FOLDER) {
    this.#root = root;
    // One for each data folder, so that a worker that was killed finds and empties what it left, and nobody else's.
    const name = `holdfast-collectors-${toHex(nodePrimitives.sha256(encodeUtf8(root)).subarray(0, 8))}`;
    this.#memory = existsSync(memoryFolder) ? join(memoryFolder, name) : null;
    this.clearMemory();
  }

  stateOf({ companyId, collectorId }: { readonly companyId: string; readonly collectorId: string }): string {
    return join(this.#root, companyId, collectorId);
  }

  hasState(collector: { readonly companyId: string; readonly collectorId: string }): boolean {
    return existsSync(join(this.stateOf(collector), "identity"));
  }

  /** Before a collector's program runs. */
  prepare(stateFolder: string, collectorId: string): void {
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
    const cache = join(stateFolder, "cache");
    if (this.#memory === null) return;
    const inMemory = join(this.#memory, collectorId);
    mkdirSync(inMemory, { recursive: true, mode: 0o700 });
    if (lstatSync(cache, { throwIfNoEntry: false })?.isSymbolicLink() === true) return;
    rmSync(cache, { recursive: true, force: true });
    symlinkSync(inMemory, cache);
  }

  /** After it has run. */
  tidy(stateFolder: string): void {
    if (this.#memory === null) rmSync(join(stateFolder, "cache"), { recursive: true, force: true });
  }

  /** Those that have a state folder here, whatever became of them. */
  list(): { readonly companyId: string; readonly collectorId: string }[] {
    return namesIn(this.#root).flatMap((companyId) =>
      namesIn(join(this.#root, companyId)).map((collectorId) => ({ companyId, collectorId })),
    );
  }

  /** Destroys an identity: nobody can write as this collector any more. */
  remove(collector: { readonly companyId: string; readonly collectorId: string }): void {
    if (this.#memory !== null) rmSync(join(this.#memory, collector.collectorId), { recursive: true, force: true });
    rmSync(this.stateOf(collector), { recursive: true, force: true });
  }

  clearMemory(): void {
    if (this.#memory !== null) rmSync(this.#memory, { recursive: true, force: true });
  }
}

/** The folder's real path, and whether something lies in it; null where there is no folder that this user may list. */
export async function lookAtFolder(
  path: string,
): Promise<{ readonly realPath: string; readonly isEmpty: boolean } | null> {
  try {
    const realPath = realpathSync(path);
    if (!statSync(realPath).isDirectory()) return null;
    const folder = await opendir(realPath);
    const first = await folder.read();
    await folder.close();
    return { realPath, isEmpty: first === null };
  } catch {
    return null;
  }
}

/** Those that exist, symbolic links followed: what is not mounted has nothing below it. */
export function realFolders(folders: readonly string[]): string[] {
  return folders.flatMap((folder) => (existsSync(folder) ? [realpathSync(folder)] : []));
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
