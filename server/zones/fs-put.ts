import { constants } from "node:fs";
import { type FileHandle, link, open, unlink } from "node:fs/promises";
import type { ByteParts, Primitives, RunningHash } from "../../engine/ports/primitives.ts";
import type { PutOptions } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { FsBase } from "./fs-base.ts";
import { syncFolder } from "./fs-base.ts";
import { systemCodeOf, toZoneError } from "./fs-errors.ts";
import { makeUnfinishedFolder, newUnfinishedPath } from "./fs-unfinished.ts";

export type PutBody = AsyncIterable<Uint8Array> | ByteParts;

export interface FsPut {
  readonly base: FsBase;
  readonly primitives: Primitives;
  readonly parts: readonly string[];
  readonly body: PutBody;
  readonly sizeBytes: number;
  readonly options: PutOptions;
}

const WRITE_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Bytes read at a time when two files are compared. */
const COMPARE_BYTES = 1024 * 1024;

/**
 * Stores one object. The order is the safety argument: bytes into an unnamed-to-readers file, fsync of the file, then its name (which
 * fails if taken), then fsync of the folder. A crash before the name leaves an unfinished file that the next start sweeps; a crash
 * after it leaves the whole object.
 */
export async function putFile(put: FsPut): Promise<void> {
  const { base } = put;
  await base.requirePresent();
  await base.requireRealFolders(put.parts);
  const unfinished = newUnfinishedPath(base.path);
  try {
    await writeUnfinished(put, unfinished);
    await publish(put, unfinished);
  } catch (error) {
    throw toZoneError(base.zoneId, "put", error);
  } finally {
    await unlink(unfinished).catch(() => undefined);
  }
}

/** Writes the body whole and fsyncs it, or throws. */
export async function writeUnfinished(put: FsPut, path: string): Promise<void> {
  const file = await openNew(put.base, path);
  try {
    const hash = put.options.sha256 ? put.primitives.sha256Start() : null;
    const written = isParts(put.body) ? await writeParts(file, put, hash) : await writeStream(file, put, hash);
    if (written !== put.sizeBytes) throw wrongSize(put, written);
    if (hash && put.options.sha256 && !put.primitives.isEqual(hash.digest(), put.options.sha256)) {
      throw new ZoneError(
        "damaged",
        put.base.zoneId,
        `${put.parts.join("/")}: the bytes do not have the promised hash`,
      );
    }
    put.options.signal?.throwIfAborted();
    await file.sync();
  } finally {
    await file.close();
  }
}

async function openNew(base: FsBase, path: string): Promise<FileHandle> {
  try {
    return await open(path, WRITE_NEW, 0o640);
  } catch (error) {
    if (systemCodeOf(error) !== "ENOENT") throw error;
    await base.requirePresent();
    await makeUnfinishedFolder(base.path);
    return open(path, WRITE_NEW, 0o640);
  }
}

function isParts(body: PutBody): body is ByteParts {
  return Array.isArray(body);
}

async function writeParts(file: FileHandle, put: FsPut, hash: RunningHash | null): Promise<number> {
  const parts = isParts(put.body) ? put.body : [];
  const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
  if (sizeBytes !== put.sizeBytes) return sizeBytes;
  if (hash) for (const part of parts) hash.update(part);
  await writeAll(file, parts);
  return sizeBytes;
}

async function writeStream(file: FileHandle, put: FsPut, hash: RunningHash | null): Promise<number> {
  let written = 0;
  for await (const piece of put.body) {
    put.options.signal?.throwIfAborted();
    written += piece.length;
    if (written > put.sizeBytes) return written;
    hash?.update(piece);
    await writeAll(file, [piece]);
  }
  return written;
}

/** One gathered write, and for what the system did not take at once, plain ones. */
async function writeAll(file: FileHandle, parts: ByteParts): Promise<void> {
  const pieces = parts.filter((part) => part.length > 0);
  if (pieces.length === 0) return;
  const total = pieces.reduce((sum, part) => sum + part.length, 0);
  let done = pieces.length === 1 ? 0 : (await file.writev(pieces)).bytesWritten;
  if (done === total) return;
  for (const piece of pieces) {
    const skip = Math.min(done, piece.length);
    done -= skip;
    for (let offset = skip; offset < piece.length; ) {
      offset += (await file.write(piece, offset, piece.length - offset, null)).bytesWritten;
    }
  }
}

async function publish(put: FsPut, unfinished: string): Promise<void> {
  const { base, parts } = put;
  const path = base.pathOf(parts);
  const folder = await base.makeFoldersDurable(parts);
  try {
    await link(unfinished, path);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === "ENOENT") return publishAgain(put, unfinished);
    if (code !== "EEXIST") throw error;
    await requireEqual(put, unfinished, path);
  }
  // Also when the object was there already: whoever stored it may not have synced the folder yet.
  await syncFolder(folder);
}

/** A remembered folder is gone (an emptied company, another base mounted): learn the folders anew, once. */
async function publishAgain(put: FsPut, unfinished: string): Promise<void> {
  const { base, parts } = put;
  base.forgetFolders();
  await base.requirePresent();
  const folder = await base.makeFoldersDurable(parts);
  try {
    await link(unfinished, base.pathOf(parts));
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") throw new ZoneError("unreachable", base.zoneId, "the base went away");
    if (systemCodeOf(error) !== "EEXIST") throw error;
    await requireEqual(put, unfinished, base.pathOf(parts));
  }
  await syncFolder(folder);
}

async function requireEqual(put: FsPut, unfinished: string, stored: string): Promise<void> {
  const isEqual = put.options.isCreateOnly ? false : await haveEqualBytes(unfinished, stored);
  if (!isEqual) throw new ZoneError("exists", put.base.zoneId, `${put.parts.join("/")} exists`);
}

async function haveEqualBytes(pathA: string, pathB: string): Promise<boolean> {
  const fileA = await open(pathA, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const fileB = await open(pathB, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return await compareFiles(fileA, fileB);
    } finally {
      await fileB.close();
    }
  } finally {
    await fileA.close();
  }
}

async function compareFiles(fileA: FileHandle, fileB: FileHandle): Promise<boolean> {
  const { size } = await fileA.stat();
  const statB = await fileB.stat();
  if (!statB.isFile() || statB.size !== size) return false;
  const bufferA = Buffer.allocUnsafe(COMPARE_BYTES);
  const bufferB = Buffer.allocUnsafe(COMPARE_BYTES);
  for (let offset = 0; offset < size; ) {
    const readA = (await fileA.read(bufferA, 0, COMPARE_BYTES, offset)).bytesRead;
    const readB = (await fileB.read(bufferB, 0, readA, offset).catch(nullIfUnreadable))?.bytesRead;
    if (readA === 0 || readA !== readB || !bufferA.subarray(0, readA).equals(bufferB.subarray(0, readB))) return false;
    offset += readA;
  }
  return true;
}

/** A stored copy with a sector that cannot be read has other bytes, as far as anybody can tell: it is for healing. */
function nullIfUnreadable(error: unknown): null {
  const code = systemCodeOf(error);
  if (code === "EIO" || code === "EBADMSG") return null;
  throw error;
}

function wrongSize(put: FsPut, written: number): ZoneError {
  const message = `${put.parts.join("/")}: ${put.sizeBytes} bytes were announced, ${written} came`;
  return new ZoneError("damaged", put.base.zoneId, message);
}
