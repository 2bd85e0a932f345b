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
  const uses = new Map<string, PackUse>();
  const empty: { file: TaskFile; folder: string }[] = [];
  for (const [fileNumber, file] of input.files.entries()) {
    const { pieces, folder } = file;
    const places = pieces.map(({ key }) => getPlace(input.places, key));
    const form = formOf(file, places);
    const taskFile = toTaskFile(file, { fileNumber, prefix: input.temporaryPrefix, form });
    counts.remaining[fileNumber] = pieces.length + (file.isUnfinished ? 1 : 0);
    if (pieces.length === 0) empty.push({ file: taskFile, folder });
    for (const [at, piece] of pieces.entries()) {
      const place = places[at];
      if (place) addPiece(uses, place, { file: taskFile, folder, member: place.member, piece });
    }
  }
  const requests = planRestore(wantedFrames(uses));
  return {
    tasks: [
      ...emptyTasks(input, empty, counts),
      ...requests.map((request) => readTask(input, { request, uses, counts })),
    ],
    counts,
  };
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
function formOf(file: BatchFile, places: readonly MemberPlace[]): TaskFile["form"] {
  const [first] = places;
  const isTogether = places.every((place) => place.pack === first?.pack && place.frame === first.frame);
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

function readTask(
  input: TaskInput,
  { request, uses, counts }: { request: RestoreRequest; uses: ReadonlyMap<string, PackUse>; counts: SharedCounts },
): WriteTask {
  const use = uses.get(request.packId);
  if (!use) throw new RangeError("a request names a pack that was not placed");
  const table = new TaskTable();
  const frames = request.frames.map(({ frame }): TaskFrame => {
    const numbers: number[] = [];
    for (const { file, folder, member, piece } of use.frames.get(frame) ?? []) {
      numbers.push(member, table.numberOf(file, folder), piece.offset, piece.sizeBytes);
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
