import { getFrame } from "../../engine/restore/frame-opener.ts";
import type { CataloguedPack, MemberPlace } from "../../engine/restore/pack-catalogue.ts";
import { planRestore, type RestoreRequest, type WantedFrame } from "../../engine/restore/plan-restore.ts";
import type { BatchFile, PieceRef } from "./restore-batch.ts";
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

type TaskSettings = Omit<TaskInput, "files">;

export interface BatchTasks {
  /** Made one by one as they are taken, so that they are not all in memory; to be taken once. */
  readonly tasks: Iterable<WriteTask>;
  readonly counts: SharedCounts;
}

/** Files without content in one task. */
const EMPTY_FILES_PER_TASK = 1_024;

export interface PlacedFile {
  readonly file: BatchFile;
  readonly fileNumber: number;
  readonly form: TaskFile["form"];
}

interface PlacedPiece extends PlacedFile {
  readonly member: number;
  readonly piece: PieceRef;
}

/** What is needed of one pack: pieces by the number of their frame. */
interface PackUse {
  readonly pack: CataloguedPack;
  readonly frames: Map<number, PlacedPiece[]>;
}

/** Decides which thread reads what and writes it where; does nothing. Each frame is read once, whoever needs it. */
export function makeTasks(input: TaskInput): BatchTasks {
  const counts: SharedCounts = {
    remaining: sharedNumbers(input.files.length),
    failed: sharedNumbers(input.files.length),
  };
  const placed = input.files.map((file, fileNumber): PlacedFile => {
    counts.remaining[fileNumber] = file.pieces.length + (file.isUnfinished ? 1 : 0);
    return { file, fileNumber, form: formOf(file, input.places) };
  });
  return { tasks: tasksOf(input, placeBatch(input, placed, counts)), counts };
}

/** Like makeTasks, for pieces of a batch that are read once more, from other places. */
export function makeTasksAgain(
  input: TaskSettings,
  files: readonly PlacedFile[],
  counts: SharedCounts,
): Iterable<WriteTask> {
  return tasksOf(input, placeBatch(input, files, counts));
}

interface PlacedBatch {
  readonly uses: ReadonlyMap<string, PackUse>;
  readonly empty: readonly PlacedFile[];
  readonly counts: SharedCounts;
}

function placeBatch(
  { places }: Pick<TaskInput, "places">,
  files: readonly PlacedFile[],
  counts: SharedCounts,
): PlacedBatch {
  const uses = new Map<string, PackUse>();
  const empty: PlacedFile[] = [];
  for (const placed of files) {
    if (placed.file.pieces.length === 0) empty.push(placed);
    for (const piece of placed.file.pieces) {
      const place = getPlace(places, piece.key);
      addPiece(uses, place, { ...placed, member: place.member, piece });
    }
  }
  return { uses, empty, counts };
}

function* tasksOf(input: TaskSettings, batch: PlacedBatch): Generator<WriteTask> {
  yield* emptyTasks(input, batch);
  for (const request of planRestore(wantedFrames(batch.uses))) yield readTask(input, batch, request);
}

function addPiece(uses: Map<string, PackUse>, { pack, frame }: MemberPlace, piece: PlacedPiece): void {
  let use = uses.get(pack.packId);
  if (!use) {
    use = { pack, frames: new Map() };
    uses.set(pack.packId, use);
  }
  const pieces = use.frames.get(frame);
  if (pieces) pieces.push(piece);
  else use.frames.set(frame, [piece]);
}

function* wantedFrames(uses: ReadonlyMap<string, PackUse>): Generator<WantedFrame> {
  for (const { pack, frames } of uses.values()) {
    for (const frame of frames.keys()) {
      const { offset, storedSizeBytes } = getFrame(pack.index, frame);
      yield { packId: pack.packId, frame, offset, storedSizeBytes };
    }
  }
}

function sharedNumbers(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * Math.max(1, count)));
}

function getPlace(places: ReadonlyMap<string, MemberPlace>, key: string): MemberPlace {
  const place = places.get(key);
  if (place) return place;
  throw new RangeError("a piece was not placed");
}

/** A document that lies in one frame is written when all of it is verified; any other grows under a temporary name. */
function formOf(file: BatchFile, places: ReadonlyMap<string, MemberPlace>): TaskFile["form"] {
  if (file.isContinued || file.isUnfinished) return "parts";
  const [first, ...others] = file.pieces;
  if (!first || others.length === 0) return "direct";
  const { pack, frame } = getPlace(places, first.key);
  const isTogether = others.every(({ key }) => {
    const place = getPlace(places, key);
    return place.pack === pack && place.frame === frame;
  });
  return isTogether ? "direct" : "parts";
}

function readTask(input: TaskSettings, { uses, counts }: PlacedBatch, request: RestoreRequest): WriteTask {
  const use = uses.get(request.packId);
  if (!use) throw new RangeError("a request names a pack that was not placed");
  const table = new TaskTable(input.temporaryPrefix);
  const frames = request.frames.map(({ frame }): TaskFrame => {
    const numbers: number[] = [];
    for (const placed of use.frames.get(frame) ?? []) {
      numbers.push(placed.member, table.numberOf(placed), placed.piece.offset, placed.piece.sizeBytes);
    }
    return { frame, pieces: numbers };
  });
  const { packId, offset, sizeBytes } = request;
  const { dataKeys, bytes: indexBytes, zoneId: indexZoneId } = use.pack;
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

function* emptyTasks(input: TaskSettings, { empty, counts }: PlacedBatch): Generator<WriteTask> {
  for (let at = 0; at < empty.length; at += EMPTY_FILES_PER_TASK) {
    const table = new TaskTable(input.temporaryPrefix);
    for (const placed of empty.slice(at, at + EMPTY_FILES_PER_TASK)) table.numberOf(placed);
    yield { taskId: input.nextTaskId(), read: null, folders: table.folders, files: table.files, counts };
  }
}

/** The files and folders that one task names, each once. */
class TaskTable {
  readonly files: TaskFile[] = [];
  readonly folders: string[] = [];
  readonly #temporaryPrefix: string;
  readonly #fileNumbers = new Map<number, number>();
  readonly #folderNumbers = new Map<string, number>();

  constructor(temporaryPrefix: string) {
    this.#temporaryPrefix = temporaryPrefix;
  }

  numberOf({ file, fileNumber, form }: PlacedFile): number {
    const known = this.#fileNumbers.get(fileNumber);
    if (known !== undefined) return known;
    const folder = this.#folderNumbers.get(file.folder) ?? this.folders.push(file.folder) - 1;
    this.#folderNumbers.set(file.folder, folder);
    const { name, meta, pieces } = file;
    const own = { fileNumber, folder, name, meta, form, pieceCount: pieces.length };
    const number = this.files.push({ ...own, temporaryName: this.#temporaryPrefix + file.serial }) - 1;
    this.#fileNumbers.set(fileNumber, number);
    return number;
  }
}
