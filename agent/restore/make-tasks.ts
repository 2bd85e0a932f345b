import { idKey } from "../../engine/ids/chunk-id.ts";
import type { MemberPlace } from "../../engine/restore/pack-catalogue.ts";
import { planRestore, type RestoreRequest, type WantedFrame } from "../../engine/restore/plan-restore.ts";
import type { BatchFile } from "./restore-batch.ts";
import type { SharedCounts, TaskFile, TaskFrame, TaskRead, WriteTask } from "./write-task.ts";

export interface TaskInput {
  readonly files: readonly BatchFile[];
  /** By the key of a chunk id; covers every piece of the files. */
  readonly places: ReadonlyMap<string, MemberPlace>;
  readonly chunkIdKey: Uint8Array;
  /** Told apart from other restores into the same folder. */
  readonly temporaryPrefix: string;
  readonly nextTaskId: () => number;
}

export interface BatchTasks {
  readonly tasks: readonly WriteTask[];
  readonly counts: SharedCounts;
}

/** Files without content in one task. */
const EMPTY_FILES_PER_TASK = 1_024;

interface PlacedPiece {
  readonly file: TaskFile;
  readonly folder: string;
  readonly member: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Pieces by frame; a frame's key is its pack and number. */
type PiecesByFrame = ReadonlyMap<string, PlacedPiece[]>;

/** Decides which thread reads what and writes it where; does nothing. Each frame is read once, whoever needs it. */
export function makeTasks(input: TaskInput): BatchTasks {
  const counts: SharedCounts = {
    remaining: sharedNumbers(input.files.length),
    failed: sharedNumbers(input.files.length),
  };
  const pieces = new Map<string, PlacedPiece[]>();
  const wanted = new Map<string, WantedFrame>();
  const packs = new Map<string, MemberPlace["pack"]>();
  const empty: { file: TaskFile; folder: string }[] = [];
  for (const [fileNumber, file] of input.files.entries()) {
    const placed = file.pieces.map((piece) => ({ piece, place: getPlace(input.places, piece.id) }));
    const taskFile = toTaskFile(file, { fileNumber, prefix: input.temporaryPrefix, form: formOf(file, placed) });
    counts.remaining[fileNumber] = file.pieces.length + (file.isUnfinished ? 1 : 0);
    if (placed.length === 0) empty.push({ file: taskFile, folder: file.folder });
    for (const { piece, place } of placed) {
      const key = frameKeyOf(place.pack.packId, place.frame);
      packs.set(place.pack.packId, place.pack);
      if (!wanted.has(key)) wanted.set(key, wantedFrame(place));
      const list = pieces.get(key) ?? [];
      list.push({ file: taskFile, folder: file.folder, member: place.member, ...piece });
      pieces.set(key, list);
    }
  }
  const reads = planRestore(wanted.values()).map((request) => readTask(input, { request, pieces, packs, counts }));
  return { tasks: [...emptyTasks(input, empty, counts), ...reads], counts };
}

function sharedNumbers(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * Math.max(1, count)));
}

function getPlace(places: ReadonlyMap<string, MemberPlace>, id: Uint8Array): MemberPlace {
  const place = places.get(idKey(id));
  if (place) return place;
  throw new RangeError("a piece was not placed");
}

/** A document that lies in one frame is written when all of it is verified; any other grows under a temporary name. */
function formOf(file: BatchFile, placed: readonly { place: MemberPlace }[]): TaskFile["form"] {
  const [first] = placed;
  const isTogether = placed.every(
    ({ place }) => place.pack.packId === first?.place.pack.packId && place.frame === first.place.frame,
  );
  return isTogether && !file.isContinued && !file.isUnfinished ? "direct" : "parts";
}

function toTaskFile(
  file: BatchFile,
  { fileNumber, prefix, form }: { fileNumber: number; prefix: string; form: TaskFile["form"] },
): TaskFile {
  const { name, meta, pieces } = file;
  return {
    fileNumber,
    folder: 0,
    name,
    meta,
    form,
    pieceCount: pieces.length,
    temporaryName: temporaryName(prefix, file),
  };
}

/** The same in every batch of a file, and short however long the name is. */
export function temporaryName(prefix: string, { serial }: Pick<BatchFile, "serial">): string {
  return `${prefix}${serial}`;
}

function frameKeyOf(packId: string, frame: number): string {
  return `${packId}/${frame}`;
}

function wantedFrame({ pack, frame }: MemberPlace): WantedFrame {
  const entry = pack.index.frames[frame];
  if (!entry) throw new RangeError("a place names a frame that its pack does not have");
  return { packId: pack.packId, frame, offset: entry.offset, storedSizeBytes: entry.storedSizeBytes };
}

function readTask(
  input: TaskInput,
  batch: {
    request: RestoreRequest;
    pieces: PiecesByFrame;
    packs: ReadonlyMap<string, MemberPlace["pack"]>;
    counts: SharedCounts;
  },
): WriteTask {
  const { request, counts } = batch;
  const pack = batch.packs.get(request.packId);
  if (!pack) throw new RangeError("a request names a pack that was not placed");
  const table = new TaskTable();
  const frames = request.frames.map(({ frame }): TaskFrame => {
    const pieces = batch.pieces.get(frameKeyOf(request.packId, frame)) ?? [];
    const numbers = pieces.flatMap((piece) => [
      piece.member,
      table.numberOf(piece.file, piece.folder),
      piece.offset,
      piece.sizeBytes,
    ]);
    return { frame, pieces: numbers };
  });
  const { packId, offset, sizeBytes } = request;
  const { dataKeys, bytes: indexBytes, zoneId: indexZoneId } = pack;
  const read: TaskRead = {
    packId,
    indexBytes,
    indexZoneId,
    offset,
    sizeBytes,
    frames,
    chunkIdKey: input.chunkIdKey,
    dataKeys,
  };
  return { taskId: input.nextTaskId(), read, folders: table.folders, files: table.files, counts };
}

function emptyTasks(
  input: TaskInput,
  empty: readonly { file: TaskFile; folder: string }[],
  counts: SharedCounts,
): WriteTask[] {
  const tasks: WriteTask[] = [];
  for (let at = 0; at < empty.length; at += EMPTY_FILES_PER_TASK) {
    const table = new TaskTable();
    for (const { file, folder } of empty.slice(at, at + EMPTY_FILES_PER_TASK)) table.numberOf(file, folder);
    tasks.push({ taskId: input.nextTaskId(), read: null, folders: table.folders, files: table.files, counts });
  }
  return tasks;
}

/** The files and folders that one task names, each once. */
class TaskTable {
  readonly files: TaskFile[] = [];
  readonly folders: string[] = [];
  readonly #fileNumbers = new Map<TaskFile, number>();
  readonly #folderNumbers = new Map<string, number>();

  numberOf(file: TaskFile, folderPath: string): number {
    const known = this.#fileNumbers.get(file);
    if (known !== undefined) return known;
    const folder = this.#folderNumbers.get(folderPath) ?? this.folders.push(folderPath) - 1;
    this.#folderNumbers.set(folderPath, folder);
    const number = this.files.push({ ...file, folder }) - 1;
    this.#fileNumbers.set(file, number);
    return number;
  }
}
