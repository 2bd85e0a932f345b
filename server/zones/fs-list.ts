import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectInfo } from "../../engine/ports/zone.ts";
import { systemCodeOf } from "./fs-errors.ts";

export interface FsListing {
  readonly path: string;
  readonly prefix: string;
  readonly after: string;
}

/**
 * Walks a base in bytewise order of whole keys. A folder counts as its name with "/" behind it, because that is how its keys
 * compare with those beside it. Reads only folders that can hold keys under the prefix and behind `after`.
 */
export async function* walkKeys(listing: FsListing, folderKey = ""): AsyncGenerator<ObjectInfo> {
  for (const name of await sortedNames(join(listing.path, folderKey))) {
    const key = folderKey + name;
    if (name.endsWith("/")) {
      if (canHold(listing, key)) yield* walkKeys(listing, key);
      continue;
    }
    if (!key.startsWith(listing.prefix) || key <= listing.after) continue;
    const found = await lstat(join(listing.path, key)).catch(nullIfAbsent);
    if (found?.isFile()) yield { key, sizeBytes: found.size };
  }
}

function canHold({ prefix, after }: FsListing, folderKey: string): boolean {
  if (!folderKey.startsWith(prefix) && !prefix.startsWith(folderKey)) return false;
  return folderKey > after || after.startsWith(folderKey);
}

/** Names in a folder, folders with "/" behind; no hidden names, no links or devices. A folder that is gone has none. */
async function sortedNames(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(nullIfAbsent);
  const names = (entries ?? [])
    .filter((entry) => !entry.name.startsWith(".") && (entry.isFile() || entry.isDirectory()))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  return names.sort((a, b) => (a < b ? -1 : 1));
}

function nullIfAbsent(error: unknown): null {
  if (systemCodeOf(error) === "ENOENT") return null;
  throw error;
}
