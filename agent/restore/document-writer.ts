import { joinPath } from "../../engine/restore/paths.ts";
import {
  closeFile,
  createFileAt,
  createNamelessIn,
  linkAt,
  nameFile,
  openPartAt,
  PosixError,
  removeAt,
  renameToNew,
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
  /** For file systems that have no files without a name; only tests say so, elsewhere the system does. */
  readonly isNamed?: boolean;
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

interface WholeDocument {
  readonly folder: number;
  readonly file: TaskFile;
  readonly path: string;
  readonly pieces: readonly Piece[];
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
      const whole: WholeDocument = { folder, file, path, pieces };
      if (!this.#writeNameless(whole)) this.#writeUnderTemporaryName(whole);
      this.finishedFiles++;
    });
  }

  /** Nothing of it is there, under any name, until all of it is. @returns false where that cannot be done */
  #writeNameless(whole: WholeDocument): boolean {
    const fd = this.#options.isNamed ? null : createNamelessIn(whole.folder, 0o600);
    if (fd === null) return false;
    try {
      this.#fill(fd, whole);
      return this.#nameNameless(fd, whole);
    } finally {
      closeFile(fd);
    }
  }

  #nameNameless(fd: number, { folder, file }: WholeDocument): boolean {
    try {
      return nameFile(fd, folder, file.name);
    } catch (error) {
      const isTaken = error instanceof PosixError && error.code === "EEXIST";
      if (!isTaken || !this.#options.isOverwriting) throw error;
    }
    if (!nameFile(fd, folder, file.temporaryName)) return false;
    this.#giveName(folder, file);
    return true;
  }

  #writeUnderTemporaryName(whole: WholeDocument): void {
    const { folder, file } = whole;
    const fd = createFileAt(folder, file.temporaryName, 0o600);
    try {
      this.#fill(fd, whole);
      this.#giveName(folder, file);
    } catch (error) {
      removeQuietly(folder, file.temporaryName);
      throw error;
    } finally {
      closeFile(fd);
    }
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

  #fill(fd: number, { file, path, pieces }: WholeDocument): void {
    let end = 0;
    for (const piece of pieces) {
      writeAt(fd, piece.bytes, piece.offset);
      end = Math.max(end, piece.offset + piece.bytes.length);
    }
    if (end !== file.meta.sizeBytes) setSize(fd, file.meta.sizeBytes);
    applyMeta(fd, file.meta, { ...this.#options, path });
  }

  /** A name that was taken in the meantime is refused; file systems that can do neither of the two can only rename. */
  #giveName(folder: number, { temporaryName, name }: TaskFile): void {
    if (this.#options.isOverwriting) renameWithin(folder, temporaryName, name);
    else if (renameToNew(folder, temporaryName, name)) return;
    else if (hasLinked(folder, temporaryName, name)) removeAt(folder, temporaryName);
    else renameWithin(folder, temporaryName, name);
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

function hasLinked(folder: number, temporaryName: string, name: string): boolean {
  try {
    linkAt(folder, temporaryName, folder, name);
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
