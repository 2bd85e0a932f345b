import { link, mkdir, open, readdir, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Randomness } from "../../engine/ports/randomness.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { syncFolder } from "./fs-base.ts";
import { systemCodeOf } from "./fs-errors.ts";
import { makeUnfinishedFolder, newUnfinishedPath } from "./fs-unfinished.ts";
import { encodeZoneIdentity, IDENTITY_KEY, newZoneIdentity, type ZoneBase } from "./zone-identity.ts";

export interface NewFsBase {
  readonly zoneId: string;
  readonly base: ZoneBase;
  readonly path: string;
  readonly randomness: Randomness;
}

/**
 * Makes a folder a base: writes `control/zone`, once. Only for a zone that never existed before; whoever calls it knows that from
 * somewhere other than the folder, because a lost base looks like a new one.
 * Returns the identity (32 hex digits).
 * @throws ZoneError `exists` when the folder is a base already, or holds objects without an identity
 */
export async function createZoneIdentity({ zoneId, base, path, randomness }: NewFsBase): Promise<string> {
  await makeFolderDurable(resolve(path));
  if ((await readdir(path)).includes("companies")) throw notEmpty(zoneId, path);
  const identity = newZoneIdentity(zoneId, base, randomness);
  const unfinished = newUnfinishedPath(path);
  await makeUnfinishedFolder(path);
  const file = await open(unfinished, "wx", 0o640);
  try {
    await file.writeFile(encodeZoneIdentity(identity));
    await file.sync();
  } finally {
    await file.close();
  }
  await makeFolderDurable(join(path, "control"));
  try {
    await link(unfinished, join(path, IDENTITY_KEY));
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") throw notEmpty(zoneId, path);
    throw error;
  } finally {
    await unlink(unfinished);
  }
  await syncFolder(join(path, "control"));
  return identity.identity;
}

function notEmpty(zoneId: string, path: string): ZoneError {
  return new ZoneError("exists", zoneId, `${path} is not empty: a base is made once, in an empty folder`);
}

/** Makes a folder and those above it, each entry durable. */
async function makeFolderDurable(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") return;
    if (systemCodeOf(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolderDurable(dirname(path));
    await mkdir(path).catch((again: unknown) => {
      if (systemCodeOf(again) !== "EEXIST") throw again;
    });
  }
  await syncFolder(dirname(path));
}
