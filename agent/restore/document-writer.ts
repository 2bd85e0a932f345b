import {
  closeFile,
  createFileAt,
  linkAt,
  openPartAt,
  PosixError,
  removeAt,
  renameWithin,
  setSize,
  writeAt,
} from "../platform/posix-restore.ts";
import { applyMeta, type Maker, type Shortfalls } from "./apply-meta.ts";
import type { FolderHandles } from "./folder-handles.ts";
import type { FileFailure, TaskFile } from "./write-task.ts";

/** Open parts of large files in one task; each is opened again when it is needed again. */
const MAX_OPEN_PARTS = 16;
/** How file systems without hard links refuse one. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/** One verified member and where it goes. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

export interface DocumentWriterOptions {
  readonly folders: FolderHandles;
  readonly maker: Maker;
  readonly shortfalls: Shortfalls;
  /** Replaces files that exist. */
  readonly isOverwriting: boolean;
}

/** Where verified content goes: to disk, or nowhere when a snapshot is only verified. */
export interface DocumentSink {
  readonly failures: FileFailure[];
  /** Documents that are complete; whoever reads it may set it back. */
  finishedFiles: number;
  /** Takes a document all of whose content is at hand. */
  writeWhole(file: TaskFile, folderPath: string, pieces: readonly Piece[]): void;
  /** Takes one part of a document; @returns whether that succeeded */
  writePart(file: TaskFile, folderPath: string, piece: Piece): boolean;
  /** After the last part of a document. */
  finishParts(file: TaskFile, folderPath: string, hasFailed: boolean): void;
  /** At the end of each task. */
  closeParts(): void;
}

/** Puts verified bytes on disk, so that no document is ever there short: whole at once, or exchanged when complete. */
export class DocumentWriter implements DocumentSink {
  readonly failures: FileFailure[] = [];
  finishedFiles = 0;
  readonly #options: DocumentWriterOptions;
  readonly #openParts = new Map<number, number>();

  constructor(options: DocumentWriterOptions) {
    this.#options = options;
  }

  writeWhole(file: TaskFile, folderPath: string, pieces: readonly Piece[]): void {
    const path = joinPath(folderPath, file.name);
    this.#guard(path, () => {
      const folder = this.#options.folders.get(folderPath);
      const madeName = this.#createNew(folder, file);
      const { fd, name } = madeName;
      try {
        this.#fill(fd, file, path, pieces);
        if (name !== file.name) this.#giveName(folder, file);
      } catch (error) {
        removeQuietly(folder, name);
        throw error;
      } finally {
        closeFile(fd);
      }
      this.finishedFiles++;
    });
  }

  writePart(file: TaskFile, folderPath: string, piece: Piece): boolean {
    return this.#guard(joinPath(folderPath, file.name), () => {
      writeAt(this.#partOf(file, folderPath), piece.bytes, piece.offset);
    });
  }

  finishParts(file: TaskFile, folderPath: string, hasFailed: boolean): void {
    const path = joinPath(folderPath, file.name);
    this.#guard(path, () => {
      const fd = this.#partOf(file, folderPath);
      const folder = this.#options.folders.get(folderPath);
      try {
        if (hasFailed) {
          removeQuietly(folder, file.temporaryName);
          return;
        }
        setSize(fd, file.meta.sizeBytes);
        applyMeta(fd, file.meta, { ...this.#options, path });
        this.#giveName(folder, file);
        this.finishedFiles++;
      } catch (error) {
        removeQuietly(folder, file.temporaryName);
        throw error;
      } finally {
        this.#openParts.delete(file.fileNumber);
        closeFile(fd);
      }
    });
  }

  closeParts(): void {
    for (const fd of this.#openParts.values()) closeFile(fd);
    this.#openParts.clear();
  }

  #createNew(folder: number, file: TaskFile): { fd: number; name: string } {
    try {
      return { fd: createFileAt(folder, file.name, 0o600), name: file.name };
    } catch (error) {
      const isTaken = error instanceof PosixError && error.code === "EEXIST";
      if (!isTaken || !this.#options.isOverwriting) throw error;
      return { fd: createFileAt(folder, file.temporaryName, 0o600), name: file.temporaryName };
    }
  }

  #fill(fd: number, file: TaskFile, path: string, pieces: readonly Piece[]): void {
    let end = 0;
    for (const piece of pieces) {
      writeAt(fd, piece.bytes, piece.offset);
      end = Math.max(end, piece.offset + piece.bytes.length);
    }
    if (end !== file.meta.sizeBytes) setSize(fd, file.meta.sizeBytes);
    applyMeta(fd, file.meta, { ...this.#options, path });
  }

  /** A link refuses a name that was taken in the meantime; file systems without links can only rename. */
  #giveName(folder: number, file: TaskFile): void {
    if (this.#options.isOverwriting || !hasLinked(folder, file)) {
      renameWithin(folder, file.temporaryName, file.name);
    } else {
      removeAt(folder, file.temporaryName);
    }
  }

  #partOf(file: TaskFile, folderPath: string): number {
    const known = this.#openParts.get(file.fileNumber);
    if (known !== undefined) return known;
    if (this.#openParts.size >= MAX_OPEN_PARTS) this.closeParts();
    const fd = openPartAt(this.#options.folders.get(folderPath), file.temporaryName);
    this.#openParts.set(file.fileNumber, fd);
    return fd;
  }

  #guard(path: string, write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (!(error instanceof PosixError)) throw error;
      this.failures.push({ path, code: error.code, message: `cannot be written: ${error.message}` });
      return false;
    }
  }
}

export function joinPath(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function hasLinked(folder: number, file: TaskFile): boolean {
  try {
    linkAt(folder, file.temporaryName, folder, file.name);
    return true;
  } catch (error) {
    if (error instanceof PosixError && NO_LINKS.has(error.code)) return false;
    throw error;
  }
}

function removeQuietly(folder: number, name: string): void {
  try {
    removeAt(folder, name);
  } catch (error) {
    if (!(error instanceof PosixError)) throw error;
  }
}
