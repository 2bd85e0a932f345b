import type { ChunkItem } from "../../engine/format/chunk-item.ts";
import type { TreeEntry } from "../../engine/format/tree-entry.ts";
import { idKey } from "../../engine/ids/chunk-id.ts";
import { toBinaryText } from "../../engine/restore/binary-text.ts";
import { RestoreError } from "../../engine/restore/restore-error.ts";
import type {
  EntryStep,
  FileEntry,
  FolderEntry,
  SnapshotReader,
  WalkStep,
} from "../../engine/restore/snapshot-reader.ts";
import { metaOf } from "./entry-meta.ts";
import type { FileMeta } from "./write-task.ts";

type ContentItem = ChunkItem & { readonly kind: "content" };

/** A stretch of content of one file. */
export interface PieceRef {
  /** Of the chunk's id. */
  readonly key: string;
  /** A view into the page that names it: pages take less room than copies of all ids would. */
  readonly id: Uint8Array;
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface BatchFile {
  readonly folder: string;
  readonly name: string;
  readonly meta: FileMeta;
  /** Counts the files of a restore; the same in every batch that holds a part of the file. */
  readonly serial: number;
  readonly pieces: PieceRef[];
  /** Its first pieces were in the batch before. */
  readonly isContinued: boolean;
  /** More pieces come in the next batch. */
  isUnfinished: boolean;
  /** Why the list of its chunks cannot be read any further. */
  problem: RestoreError | null;
}

export interface BatchFolder {
  readonly path: string;
  readonly meta: FileMeta;
  /** False for a folder that is only on the way to what was asked for. */
  readonly isSelected: boolean;
}

/** What has no content: symlinks, fifos, sockets and devices. */
export interface BatchSpecial {
  readonly path: string;
  readonly entry: Exclude<TreeEntry, FolderEntry | FileEntry>;
}

/** A further name of something that an earlier name of this restore stands for. */
export interface BatchLink {
  readonly path: string;
  readonly firstPath: string;
}

/** A part of a restore, in the order of the tree, that fits into memory. */
export interface RestoreBatch {
  readonly folders: BatchFolder[];
  readonly files: BatchFile[];
  readonly specials: BatchSpecial[];
  readonly links: BatchLink[];
  /** Folders in which nothing will be written any more, deepest first. */
  readonly closedFolders: BatchFolder[];
}

/** Pieces of one batch, and what has none: about 60 MB of plan. Larger batches read less often what many files share. */
const MAX_PIECES = 65_536;
/** The first is small, so that writing begins at once; each is planned while a quarter of it is written. */
const FIRST_PIECES = 1_024;
const GROWTH = 4;
/** Names that are remembered to make hard links of, about 150 MiB at most; beyond them names become files of their own. */
const MAX_LINK_IDS = 500_000;

/** Cuts a walk into batches. One file may run over several; nothing else does. */
export class BatchCollector {
  readonly #reader: SnapshotReader;
  readonly #maxPieces: number;
  readonly #firstPaths = new Map<string, string>();
  #batch = emptyBatch();
  #pieces = 0;
  #serial = 0;
  #limit: number;
  /** Hard links that were not made because too many were open. */
  unlinkedNames = 0;

  constructor(reader: SnapshotReader, maxPieces: number = MAX_PIECES) {
    this.#reader = reader;
    this.#maxPieces = maxPieces;
    this.#limit = Math.min(FIRST_PIECES, maxPieces);
  }

  async *collect(steps: AsyncIterable<WalkStep>): AsyncGenerator<RestoreBatch> {
    for await (const step of steps) {
      if (step.kind !== "entry" || step.entry.type !== "file") this.#pieces++;
      if (step.kind === "enter") this.#batch.folders.push(toFolder(step));
      else if (step.kind === "leave") this.#batch.closedFolders.push(toFolder(step));
      else if (step.entry.type !== "file" || !this.#addSmallFile(step, step.entry)) yield* this.#addEntry(step);
      if (this.#pieces >= this.#limit) yield this.#cut();
    }
    yield this.#cut();
  }

  async *#addEntry(step: EntryStep): AsyncGenerator<RestoreBatch> {
    const { path, entry } = step;
    const firstPath = this.#linkTo(path, entry);
    if (firstPath !== null) this.#batch.links.push({ path, firstPath });
    else if (entry.type === "file") yield* this.#addFile(step, entry);
    else this.#batch.specials.push({ path, entry });
  }

  /** Nearly all files: those whose items stand in the entry need no turns of the event loop. @returns false for others */
  #addSmallFile(step: EntryStep, entry: FileEntry): boolean {
    if (entry.linkId || entry.content.form === "paged") return false;
    const file = newFile(step, entry, { serial: this.#serial++, isContinued: false });
    this.#batch.files.push(file);
    if (entry.content.items.length === 0) this.#pieces++;
    let offset = 0;
    for (const item of entry.content.items) {
      if (item.kind === "content") this.#addPiece(file, item, offset);
      offset += item.sizeBytes;
    }
    return true;
  }

  async *#addFile(step: EntryStep, entry: FileEntry): AsyncGenerator<RestoreBatch> {
    const serial = this.#serial++;
    let file = newFile(step, entry, { serial, isContinued: false });
    this.#batch.files.push(file);
    let offset = 0;
    try {
      for await (const item of this.#reader.items(entry)) {
        const at = offset;
        offset += item.sizeBytes;
        if (item.kind === "hole") continue;
        if (this.#pieces >= this.#limit && file.pieces.length > 0) {
          file.isUnfinished = true;
          yield this.#cut();
          file = newFile(step, entry, { serial, isContinued: true });
          this.#batch.files.push(file);
        }
        this.#addPiece(file, item, at);
      }
    } catch (error) {
      if (!(error instanceof RestoreError)) throw error;
      file.problem = error;
    }
  }

  #addPiece(file: BatchFile, { chunkId, sizeBytes }: ContentItem, offset: number): void {
    file.pieces.push({ key: idKey(chunkId), id: chunkId, offset, sizeBytes });
    this.#pieces++;
  }

  #linkTo(path: string, { linkId }: TreeEntry): string | null {
    if (!linkId) return null;
    const key = toBinaryText(linkId);
    const firstPath = this.#firstPaths.get(key);
    if (firstPath !== undefined) return firstPath;
    if (this.#firstPaths.size < MAX_LINK_IDS) this.#firstPaths.set(key, path);
    else this.unlinkedNames++;
    return null;
  }

  #cut(): RestoreBatch {
    const batch = this.#batch;
    this.#batch = emptyBatch();
    this.#pieces = 0;
    this.#limit = Math.min(this.#maxPieces, this.#limit * GROWTH);
    return batch;
  }
}

function emptyBatch(): RestoreBatch {
  return { folders: [], files: [], specials: [], links: [], closedFolders: [] };
}

function toFolder({ path, entry, isSelected }: Exclude<WalkStep, { kind: "entry" }>): BatchFolder {
  return { path, meta: metaOf(entry), isSelected };
}

function newFile(
  { folder, name }: EntryStep,
  entry: FileEntry,
  part: { serial: number; isContinued: boolean },
): BatchFile {
  return { folder, name, meta: metaOf(entry), pieces: [], isUnfinished: false, problem: null, ...part };
}
