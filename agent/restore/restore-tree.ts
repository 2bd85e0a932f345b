import type { MemberPlace } from "../../engine/restore/pack-catalogue.ts";
import { joinPath } from "../../engine/restore/paths.ts";
import type { SnapshotReader } from "../../engine/restore/snapshot-reader.ts";
import type { FolderTarget } from "./folder-target.ts";
import { type BatchTasks, makeTasks, makeTasksAgain } from "./make-tasks.ts";
import { BatchCollector, type BatchFile, type BatchLink, type RestoreBatch } from "./restore-batch.ts";
import { SecondReads } from "./second-reads.ts";
import type { FileFailure, Shortfall } from "./write-task.ts";
import type { TaskResult } from "./writer-messages.ts";
import type { OnResult, WriterPool } from "./writer-pool.ts";

export interface RestoreTreeOptions {
  readonly reader: SnapshotReader;
  /** Absolute paths as binary text; none restores everything. */
  readonly paths: readonly string[];
  readonly pool: WriterPool;
  /** Null: everything is read and verified, nothing is written. */
  readonly target: FolderTarget | null;
  readonly events: RestoreEvents;
  /** Pieces in one batch; only tests make it small. */
  readonly maxPieces?: number;
}

/** Told as it happens, so that nothing grows with what goes wrong. */
export interface RestoreEvents {
  readonly onFailure: (failure: FileFailure) => void;
  readonly onShortfall: (shortfall: Shortfall) => void;
  readonly onFiles: (files: number) => void;
}

export interface RestoreCounts {
  files: number;
  folders: number;
  /** Symlinks, fifos, sockets, devices. */
  others: number;
  /** Further names of files. */
  links: number;
  failures: number;
  shortfalls: number;
  /** Names that share a file in the snapshot, but became files of their own. */
  unlinkedNames: number;
}

/** A batch under way. */
interface BatchRun {
  /** The next one may begin. */
  readonly ready: Promise<void>;
  readonly done: Promise<void>;
}

function started(): BatchRun {
  return { ready: Promise.resolve(), done: Promise.resolve() };
}

/** Tells when the last one was taken and another was asked for. */
function* tellEnd<T>(items: Iterable<T>, onEnd: () => void): Generator<T> {
  yield* items;
  onEnd();
}

interface PreparedBatch extends BatchTasks {
  readonly batch: RestoreBatch;
  readonly files: readonly BatchFile[];
  readonly places: ReadonlyMap<string, MemberPlace>;
  /** Parts of documents of which a piece, or the list of the pieces, is nowhere to be found. */
  readonly lost: readonly BatchFile[];
}

/**
 * Restores what the paths select, batch after batch: folders first, then content by the writers, then links, then the
 * modes and times of folders that are complete, deepest first. While one batch is written, the next is planned.
 *
 * @throws RestoreError, IntegrityError, FormatError when the tree itself cannot be read; RestoreFailedError
 */
export async function restoreTree(options: RestoreTreeOptions): Promise<RestoreCounts> {
  const run = new RestoreRun(options);
  return run.run();
}

const NOWHERE = "a part of it is in no pack that any zone can give; ask the provider to check the snapshot";
/** Failures whose paths are remembered, about 20 MiB; once there are more, no hard link is made any longer. */
const MAX_FAILED_PATHS = 100_000;

class RestoreRun {
  readonly #options: RestoreTreeOptions;
  readonly #counts: RestoreCounts = {
    files: 0,
    folders: 0,
    others: 0,
    links: 0,
    failures: 0,
    shortfalls: 0,
    unlinkedNames: 0,
  };
  readonly #failedPaths = new Set<string>();
  #lastTaskId = 0;
  /** Of the one file that runs on into the next batch. */
  #hasOpenFileFailed = false;

  constructor(options: RestoreTreeOptions) {
    this.#options = options;
  }

  async run(): Promise<RestoreCounts> {
    const { reader, paths, maxPieces } = this.#options;
    const collector = new BatchCollector(reader, maxPieces);
    // Two batches are under way at most: the end of one, and the beginning of the next.
    let [before, current] = [started(), started()];
    for await (const batch of collector.collect(reader.walk(paths))) {
      await before.done;
      const prepared = await this.#prepare(batch);
      await current.ready;
      [before, current] = [current, this.#start(prepared, current)];
    }
    await current.done;
    this.#counts.unlinkedNames = collector.unlinkedNames;
    return this.#counts;
  }

  /** The writers turn to the next batch as soon as this one has no task left, unless a document runs on into it. */
  #start(prepared: PreparedBatch, before: BatchRun): BatchRun {
    const { promise: taken, resolve: take } = Promise.withResolvers<void>();
    const done = this.#execute({ ...prepared, tasks: tellEnd(prepared.tasks, take) }, before.done);
    const isRunningOn = [...prepared.files, ...prepared.lost].some((file) => file.isUnfinished);
    const ready = isRunningOn ? done : Promise.race([taken, done]);
    // Both are heard where they are awaited; until then they must not count as unheard.
    for (const promise of [done, ready]) promise.catch(() => {});
    return { done, ready };
  }

  async #prepare(batch: RestoreBatch): Promise<PreparedBatch> {
    const { target, reader } = this.#options;
    for (const folder of batch.folders) this.#told(target?.makeFolder(folder));
    this.#counts.folders += batch.folders.length;
    const ids = new Map<string, Uint8Array>();
    for (const { pieces } of batch.files) for (const { key, id } of pieces) ids.set(key, id);
    const places = await reader.catalogue.place(ids, 1);
    const isLost = (file: BatchFile) =>
      file.problem !== null || (places.size < ids.size && file.pieces.some(({ key }) => !places.has(key)));
    const [files, lost] = [batch.files.filter((file) => !isLost(file)), batch.files.filter(isLost)];
    target?.parts.note(files);
    const tasks = makeTasks({ ...this.#taskSettings, files, places });
    return { ...tasks, batch, files, places, lost };
  }

  get #taskSettings() {
    const { reader, target } = this.#options;
    const temporaryPrefix = target?.parts.prefix ?? "";
    return { chunkIdKey: reader.chunkIdKey, temporaryPrefix, nextTaskId: () => ++this.#lastTaskId };
  }

  async #execute(prepared: PreparedBatch, before: Promise<void>): Promise<void> {
    const { batch, files, counts } = prepared;
    for (const [fileNumber, file] of files.entries()) {
      if (file.isContinued && this.#hasOpenFileFailed) counts.failed[fileNumber] = 1;
    }
    for (const { folder, name, isContinued, problem } of prepared.lost) {
      if (isContinued && this.#hasOpenFileFailed) continue;
      const path = joinPath(folder, name);
      this.#told({ path, code: "no_good_copy", message: problem?.message ?? NOWHERE });
    }
    try {
      await this.#runTasks(prepared);
    } catch (error) {
      await this.#options.pool.close();
      this.#removeUnfinished(prepared);
      throw error;
    }
    this.#carryOn(prepared);
    // A folder that ends here may hold what the batch before is still writing.
    await before;
    this.#finish(batch);
  }

  /** What no zone could give from one pack is read from the others that have a copy; a document fails when none has. */
  async #runTasks({ tasks, files, places, counts }: PreparedBatch): Promise<void> {
    const { pool, reader } = this.#options;
    const again = new SecondReads({ catalogue: reader.catalogue, files, places, counts });
    const onResult: OnResult = (result, task) => {
      this.#take(result);
      again.note(task, result.unread);
    };
    await pool.run(tasks, onResult);
    while (again.hasUnread) {
      const round = await again.next();
      for (const failure of round.failures) this.#told(failure);
      for (const file of round.abandoned) this.#removeTemporary(file);
      await pool.run(makeTasksAgain({ ...this.#taskSettings, places: round.places }, round.files, counts), onResult);
    }
  }

  /** What the next batch has to know about the file that runs on into it. */
  #carryOn({ files, lost, counts }: PreparedBatch): void {
    const openNumber = files.findIndex((file) => file.isUnfinished);
    const hasLostOpen = lost.some((file) => file.isUnfinished);
    this.#hasOpenFileFailed = hasLostOpen || (openNumber >= 0 && counts.failed[openNumber] === 1);
    for (const file of lost) {
      if (file.isContinued && !file.isUnfinished) this.#removeTemporary(file);
    }
  }

  #removeUnfinished({ files, counts }: PreparedBatch): void {
    for (const [fileNumber, file] of files.entries()) {
      if ((counts.remaining[fileNumber] ?? 0) > 0 && file.pieces.length > 0) this.#removeTemporary(file);
    }
  }

  #removeTemporary(file: BatchFile): void {
    const { target } = this.#options;
    target?.removeTemporary(file.folder, target.parts.nameOf(file));
  }

  #finish(batch: RestoreBatch): void {
    const { target } = this.#options;
    for (const special of batch.specials) this.#countOther(target?.makeSpecial(special) ?? null);
    for (const link of batch.links) {
      if (this.#told(this.#makeLink(link))) this.#counts.links++;
    }
    for (const folder of batch.closedFolders) this.#told(target?.closeFolder(folder));
    if (!target) return;
    for (const shortfall of target.shortfalls.listed.splice(0)) this.#options.events.onShortfall(shortfall);
    this.#counts.shortfalls += target.shortfalls.count;
    target.shortfalls.count = 0;
  }

  /** What lies under a failed first name is not what was backed up, but what was there before. */
  #makeLink(link: BatchLink): FileFailure | null {
    const isFirstLost = this.#failedPaths.has(link.firstPath) || this.#failedPaths.size >= MAX_FAILED_PATHS;
    if (!isFirstLost) return this.#options.target?.makeLink(link) ?? null;
    const message = "it is another name of a document that could not be restored; restore it from another snapshot";
    return { path: link.path, code: "first_name_failed", message };
  }

  #countOther(failure: FileFailure | null): void {
    if (this.#told(failure)) this.#counts.others++;
  }

  #take(result: TaskResult): void {
    this.#counts.files += result.finishedFiles;
    this.#counts.shortfalls += result.shortfallCount;
    for (const failure of result.failures) this.#told(failure);
    for (const shortfall of result.shortfalls) this.#options.events.onShortfall(shortfall);
    this.#options.events.onFiles(result.finishedFiles);
  }

  /** @returns whether all went well */
  #told(failure: FileFailure | null | undefined): boolean {
    if (!failure) return true;
    this.#counts.failures++;
    if (this.#failedPaths.size < MAX_FAILED_PATHS) this.#failedPaths.add(failure.path);
    this.#options.events.onFailure(failure);
    return false;
  }
}
