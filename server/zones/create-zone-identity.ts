import { link, mkdir, open, readdir, readFile, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Randomness } from "../../engine/ports/randomness.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { FIRST_TERM_KEY, termBytes } from "./control-term.ts";
import { syncFolder } from "./fs-base.ts";
import { systemCodeOf } from "./fs-errors.ts";
import { makeUnfinishedFolder, newUnfinishedPath } from "./fs-unfinished.ts";
import {
  encodeZoneIdentity,
  IDENTITY_KEY,
  newZoneIdentity,
  type ZoneBase,
  type ZoneIdentity,
} from "./zone-identity.ts";

export interface NewFsBase {
  readonly zoneId: string;
  readonly base: ZoneBase;
  readonly path: string;
  readonly randomness: Randomness;
  /** Drawn before and written down, so that what breaks off can be done again; drawn here when left out. */
  readonly identity?: ZoneIdentity;
}

/**
 * Makes a folder a base: writes `control/zone`, once. Only for a zone that never existed before; whoever calls it knows that from
 * somewhere other than the folder, because a lost base looks like a new one. A backup base gets `control/term-1` before, so that none
 * that shows its identity lacks the term of its history; what breaks off in between is done again.
 * Returns the identity (32 hex digits).
 * @throws ZoneError `exists` when the folder is a base already, or holds objects without an identity
 */
export async function createZoneIdentity(made: NewFsBase): Promise<string> {
  const { zoneId, base, path, randomness } = made;
  await makeFolderDurable(resolve(path));
  if ((await readdir(path)).includes("companies")) throw notEmpty(zoneId, path);
  const identity = made.identity ?? newZoneIdentity(zoneId, base, randomness);
  await makeFolderDurable(join(path, "control"));
  if (base === "backup") {
    const isFirst = await createOnly(path, FIRST_TERM_KEY, termBytes(1));
    if (!isFirst && !(await readFile(join(path, FIRST_TERM_KEY))).equals(termBytes(1))) throw notEmpty(zoneId, path);
  }
  if (!(await createOnly(path, IDENTITY_KEY, encodeZoneIdentity(identity)))) throw notEmpty(zoneId, path);
  return identity.identity;
}

/** Stores an object durably under a key that nobody has taken; false when somebody has. */
async function createOnly(basePath: string, key: string, bytes: Uint8Array): Promise<boolean> {
  const unfinished = newUnfinishedPath(basePath);
  await makeUnfinishedFolder(basePath);
  const file = await open(unfinished, "wx", 0o640);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(unfinished, join(basePath, key));
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(unfinished);
  }
  await syncFolder(join(basePath, "control"));
  return true;
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
