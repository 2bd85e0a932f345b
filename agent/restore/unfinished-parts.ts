import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, realpathSync, writeSync } from "node:fs";
import { join } from "node:path";
import { toHex } from "../../engine/codec/hex.ts";
import { nodeRandomness } from "../../engine/primitives/node.ts";
import { PosixError, removeAt } from "../platform/posix-restore.ts";
import { processOwner, tryLock } from "../platform/posix-state.ts";
import { FolderHandles } from "./folder-handles.ts";
import type { BatchFile } from "./restore-batch.ts";

/** Of one restore; the list of it, and every file of it that has no name of its own yet, begin with this. */
const PREFIX = /^(\.holdfast-[0-9a-f]{12}-)unfinished$/;
const LIST_NAME = "unfinished";
/** When none of these could be locked, the file system has no locks. */
const MAX_ATTEMPTS = 5;
const PIECE_BYTES = 256 * 1024;
/** No batch holds more files; a list that says so was damaged. */
const MAX_FILES_IN_LINE = 1_000_000;

/**
 * Knows where files of a restore lie that are not complete: a list in the target folder, locked as long as the restore lives and
 * written before the files are. Whoever restores into the same folder later removes what the lists of dead restores name.
 */
export class UnfinishedParts {
  /** Begins the names of files that are not complete yet. */
  readonly prefix: string;
  readonly #root: number;
  /** Null where the target folder takes no file of its own, or has no locks: then a dead restore's parts stay. */
  readonly #list: number | null;

  private constructor(root: number, prefix: string, list: number | null) {
    this.#root = root;
    this.prefix = prefix;
    this.#list = list;
  }

  /** Removes what dead restores left in the folder, and begins a list of its own. @throws the system's error */
  static open(root: number, path: string): UnfinishedParts {
    const folder = realpathSync(path);
    for (const name of readdirSync(folder)) removeIfDead(root, folder, name);
    for (let attempt = 1; ; attempt++) {
      const prefix = `.holdfast-${toHex(nodeRandomness.bytes(6))}-`;
      const list = attempt > MAX_ATTEMPTS ? null : createList(join(folder, prefix + LIST_NAME));
      // Between its making and its locking another restore may have taken it for that of a dead one.
      if (list === null || (tryLock(list) && fstatSync(list).nlink > 0)) return new UnfinishedParts(root, prefix, list);
      removeQuietly(root, prefix + LIST_NAME);
      closeSync(list);
    }
  }

  nameOf({ serial }: Pick<BatchFile, "serial">): string {
    return this.prefix + serial;
  }

  /** Before any of these files is begun. */
  note(files: readonly Pick<BatchFile, "folder" | "serial">[]): void {
    if (this.#list === null) return;
    const lines: string[] = [];
    let [folder, first, last] = ["", 0, -1];
    for (const file of files) {
      if (file.folder === folder && file.serial === last + 1) {
        last = file.serial;
        continue;
      }
      if (last >= first) lines.push(`${first} ${last} ${folder}\0`);
      [folder, first, last] = [file.folder, file.serial, file.serial];
    }
    if (last >= first) lines.push(`${first} ${last} ${folder}\0`);
    const bytes = Buffer.from(lines.join(""), "latin1");
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#list, bytes, done);
  }

  /** @param isComplete whether every file has its name; else what was begun is removed */
  close(isComplete: boolean): void {
    if (this.#list === null) return;
    if (!isComplete) removeListed(this.#root, this.#list, this.prefix);
    removeQuietly(this.#root, this.prefix + LIST_NAME);
    closeSync(this.#list);
  }
}

function createList(path: string): number | null {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND, 0o600);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "EACCES" || code === "EPERM" || code === "EROFS") return null;
    throw error;
  }
}

function removeIfDead(root: number, folder: string, name: string): void {
  const prefix = PREFIX.exec(name)?.[1];
  if (prefix === undefined) return;
  let list: number;
  try {
    list = openSync(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return;
  }
  try {
    const stat = fstatSync(list);
    const isOwn = stat.isFile() && stat.uid === processOwner().uid;
    if (!isOwn || !tryLock(list)) return;
    removeListed(root, list, prefix);
    removeQuietly(root, name);
  } finally {
    closeSync(list);
  }
}

/** A list of which the last line is torn names nothing in that line: its files were not begun. */
function removeListed(root: number, list: number, prefix: string): void {
  const folders = new FolderHandles(root);
  try {
    for (const line of linesOf(list)) {
      const [, first, last, path] = /^(\d+) (\d+) (.*)$/s.exec(line) ?? [];
      if (path === undefined || path.split("/").some((name) => name === "." || name === "..")) continue;
      const [from, to] = [Number(first), Number(last)];
      if (to - from < MAX_FILES_IN_LINE) removeSeries(folders, path, { prefix, from, to });
    }
  } finally {
    folders.close();
  }
}

function* linesOf(list: number): Generator<string> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let torn = "";
  for (let offset = 0; ; ) {
    const sizeBytes = readSync(list, piece, 0, piece.length, offset);
    if (sizeBytes === 0) return;
    offset += sizeBytes;
    const lines = (torn + piece.toString("latin1", 0, sizeBytes)).split("\0");
    torn = lines.pop() ?? "";
    yield* lines;
  }
}

function removeSeries(
  folders: FolderHandles,
  path: string,
  { prefix, from, to }: { prefix: string; from: number; to: number },
): void {
  try {
    const folder = folders.get(path);
    for (let serial = from; serial <= to; serial++) removeQuietly(folder, prefix + serial);
  } catch (error) {
    // The folder was never made, or is gone.
    if (!(error instanceof PosixError)) throw error;
  }
}

function removeQuietly(folder: number, name: string): void {
  try {
    removeAt(folder, name);
  } catch (error) {
    if (!(error instanceof PosixError)) throw error;
  }
}
