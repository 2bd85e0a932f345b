import { closeSync, fstatSync, mkdirSync } from "node:fs";
import { toBinaryText } from "../../engine/restore/binary-text.ts";
import { parentOf } from "../../engine/restore/paths.ts";
import {
  closeFile,
  linkAt,
  makeDeviceAt,
  makeFifoAt,
  makeFolderAt,
  makeSocketAt,
  makeSymlinkAt,
  openFolderAt,
  openRootFolder,
  PosixError,
  removeAt,
} from "../platform/posix-restore.ts";
import { processOwner } from "../platform/posix-state.ts";
import { applyMeta, applyMetaAt, type Maker, Shortfalls } from "./apply-meta.ts";
import { metaOf } from "./entry-meta.ts";
import { FolderHandles } from "./folder-handles.ts";
import type { BatchFolder, BatchLink, BatchSpecial } from "./restore-batch.ts";
import { UnfinishedParts } from "./unfinished-parts.ts";
import type { FileFailure } from "./write-task.ts";
import type { WriterTarget } from "./writer-messages.ts";

const SET_GROUP_ID = 0o2000;
/** While a folder is being filled it is ours alone; what it shall be comes last. */
const WORKING_MODE = 0o700;

export interface FolderTargetOptions {
  readonly path: string;
  readonly isOverwriting: boolean;
}

/** The main thread's part of writing below a folder: folders, links, and everything that has no content. */
export class FolderTarget {
  readonly shortfalls = new Shortfalls();
  readonly folders: FolderHandles;
  readonly rootFd: number;
  readonly parts: UnfinishedParts;
  readonly #maker: Maker;
  readonly #isOverwriting: boolean;
  /** Folders on the way that were there before: they stay as they are. */
  readonly #keptFolders = new Set<string>();

  private constructor(rootFd: number, parts: UnfinishedParts, isOverwriting: boolean) {
    this.rootFd = rootFd;
    this.parts = parts;
    this.folders = new FolderHandles(rootFd);
    this.#isOverwriting = isOverwriting;
    // Below a folder that hands down its group, the group of what is made there is not this process's own.
    const handsDownGroup = (fstatSync(rootFd).mode & SET_GROUP_ID) !== 0 || isOverwriting;
    const { uid, gid } = processOwner();
    this.#maker = { uid, gid: handsDownGroup ? -1 : gid };
  }

  /** Makes the folder if it is not there, and removes what a restore that was killed left in it. @throws the system's error */
  static open({ path, isOverwriting }: FolderTargetOptions): FolderTarget {
    mkdirSync(path, { recursive: true });
    const rootFd = openRootFolder(path);
    return new FolderTarget(rootFd, UnfinishedParts.open(rootFd, path), isOverwriting);
  }

  /** What writer threads need of it. */
  get writerTarget(): WriterTarget {
    const { uid, gid } = this.#maker;
    return { rootFd: this.rootFd, isOverwriting: this.#isOverwriting, makerUid: uid, makerGid: gid };
  }

  /** A folder that exists is taken as it is, unless it is no folder, or a symlink to one. */
  makeFolder({ path, isSelected }: BatchFolder): FileFailure | null {
    return attempt(path, () => {
      const [parent, name] = this.#placeOf(path);
      try {
        makeFolderAt(parent, name, WORKING_MODE);
      } catch (error) {
        if (!isCode(error, "EEXIST")) throw error;
        closeFile(openFolderAt(parent, name));
        if (!isSelected) this.#keptFolders.add(path);
      }
    });
  }

  makeSpecial({ path, entry }: BatchSpecial): FileFailure | null {
    return attempt(path, () => {
      const [folder, name] = this.#placeOf(path);
      this.#makeNew(folder, name, () => makeEntry(folder, name, entry));
      const place = { folder, name, path, isSymlink: entry.type === "symlink" };
      applyMetaAt(place, metaOf(entry), { maker: this.#maker, shortfalls: this.shortfalls });
    });
  }

  makeLink({ path, firstPath }: BatchLink): FileFailure | null {
    return attempt(path, () => {
      // Two lookups: the first handle might be closed by the second, so it is opened anew.
      const from = this.folders.get(parentOf(firstPath));
      const own = openFolderAt(from, ".");
      try {
        const [folder, name] = this.#placeOf(path);
        this.#makeNew(folder, name, () => linkAt(own, baseOf(firstPath), folder, name));
      } finally {
        closeFile(own);
      }
    });
  }

  /** After everything below it is there: each change below would move its times. */
  closeFolder({ path, meta }: BatchFolder): FileFailure | null {
    if (this.#keptFolders.delete(path)) return null;
    return attempt(path, () => {
      const fd = this.folders.get(path);
      applyMeta(fd, meta, { path, maker: NOBODY, shortfalls: this.shortfalls });
    });
  }

  removeTemporary(folderPath: string, name: string): void {
    attempt(folderPath, () => removeAt(this.folders.get(folderPath), name));
  }

  /** @param isComplete whether the restore went through to its end */
  close(isComplete: boolean): void {
    this.folders.close();
    this.parts.close(isComplete);
    closeSync(this.rootFd);
  }

  #placeOf(path: string): [folder: number, name: string] {
    return [this.folders.get(parentOf(path)), baseOf(path)];
  }

  #makeNew(folder: number, name: string, make: () => void): void {
    try {
      make();
    } catch (error) {
      if (!isCode(error, "EEXIST") || !this.#isOverwriting) throw error;
      removeAt(folder, name);
      make();
    }
  }
}

/** A folder that was there before may belong to anybody, so its owner is always set. */
const NOBODY: Maker = { uid: -1, gid: -1 };

function makeEntry(folder: number, name: string, entry: BatchSpecial["entry"]): void {
  switch (entry.type) {
    case "symlink":
      makeSymlinkAt(toBinaryText(entry.target), folder, name);
      break;
    case "fifo":
      makeFifoAt(folder, name, 0o600);
      break;
    case "socket":
      makeSocketAt(folder, name, 0o600);
      break;
    case "character-device":
    case "block-device":
      makeDeviceAt(folder, name, { ...entry, mode: 0o600, isBlock: entry.type === "block-device" });
      break;
  }
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function attempt(path: string, call: () => void): FileFailure | null {
  try {
    call();
    return null;
  } catch (error) {
    if (!(error instanceof PosixError)) throw error;
    return { path, code: error.code, message: `cannot be written: ${error.message}` };
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof PosixError && error.code === code;
}
