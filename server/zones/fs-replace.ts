import { rename, unlink } from "node:fs/promises";
import type { ByteParts, Primitives } from "../../engine/ports/primitives.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { withoutImmutable } from "../platform/immutable-attribute.ts";
import { type FsBase, syncFolder } from "./fs-base.ts";
import { toZoneError } from "./fs-errors.ts";
import { writeUnfinished } from "./fs-put.ts";
import { readFile } from "./fs-read.ts";
import { newUnfinishedPath } from "./fs-unfinished.ts";

export interface FsReplace {
  readonly base: FsBase;
  readonly primitives: Primitives;
  readonly parts: readonly string[];
  readonly body: ByteParts;
  readonly sha256: Uint8Array;
  readonly signal: AbortSignal | undefined;
}

/**
 * Replaces a copy that reads wrong. The order is the safety argument: the stored copy is read and does not have the hash; the new one is
 * written beside it and fsynced; rename(2) gives it the name in one step; the folder is fsynced; the new copy is read back. A
 * crash anywhere leaves the old copy or the new one under the name. Whoever healed it at the same moment stored the same bytes.
 */
export async function replaceFile(replace: FsReplace): Promise<"replaced" | "kept"> {
  const { base, parts, body, signal } = replace;
  await base.requirePresent();
  await base.requireRealFolders(parts);
  if (await isGood(replace)) return "kept";
  const unfinished = newUnfinishedPath(base.path);
  const sizeBytes = body.reduce((sum, part) => sum + part.length, 0);
  try {
    await writeUnfinished({ ...replace, sizeBytes, options: signal ? { signal } : {} }, unfinished);
    const folder = await base.makeFoldersDurable(parts);
    const path = base.pathOf(parts);
    await withoutImmutable(path, () => rename(unfinished, path));
    await syncFolder(folder);
  } catch (error) {
    throw toZoneError(base.zoneId, "replace", error);
  } finally {
    await unlink(unfinished).catch(() => undefined);
  }
  if (await isGood(replace)) return "replaced";
  throw new ZoneError("damaged", base.zoneId, `${parts.join("/")} reads wrong after it was replaced`);
}

/** False also for what is absent or cannot be read. @throws ZoneError when the base is away */
async function isGood({ base, primitives, parts, sha256, signal }: FsReplace): Promise<boolean> {
  const hash = primitives.sha256Start();
  try {
    const read = { zoneId: base.zoneId, key: parts.join("/"), path: base.pathOf(parts), range: undefined, signal };
    for await (const piece of await readFile(read)) hash.update(piece);
  } catch (error) {
    if (error instanceof ZoneError && (error.code === "damaged" || error.code === "not_found")) return false;
    throw error;
  }
  return primitives.isEqual(hash.digest(), sha256);
}
