import { parsePackIndex } from "../../engine/format/pack-index.ts";
import { idKey } from "../../engine/ids/chunk-id.ts";
import type { MemberPlace, PackCatalogue } from "../../engine/restore/pack-catalogue.ts";
import { joinPath } from "../../engine/restore/paths.ts";
import { TriedPacks } from "../../engine/restore/tried-packs.ts";
import type { PlacedFile } from "./make-tasks.ts";
import type { BatchFile } from "./restore-batch.ts";
import { type FileFailure, piecesOf, type SharedCounts, type UnreadFrame, type WriteTask } from "./write-task.ts";

export interface SecondReadsOptions {
  readonly catalogue: PackCatalogue;
  readonly files: readonly BatchFile[];
  readonly counts: SharedCounts;
  /** Where the pieces were looked for at first. */
  readonly places: ReadonlyMap<string, MemberPlace>;
}

/** What a batch could not read in one round, and where to look in the next. */
export interface SecondRound {
  /** With those pieces alone that are to be read again. */
  readonly files: readonly PlacedFile[];
  readonly places: ReadonlyMap<string, MemberPlace>;
  readonly failures: readonly FileFailure[];
  /** Documents of which nothing more will come, and whose temporary file may be there. */
  readonly abandoned: readonly BatchFile[];
}

interface Reason {
  readonly code: string;
  readonly message: string;
}

/** Of one batch: what was read in vain from one pack is looked for in the others that have a copy, until none is left. */
export class SecondReads {
  readonly #options: SecondReadsOptions;
  readonly #tried = new TriedPacks();
  readonly #unreadKeys = new Map<string, Reason>();
  /** By number of the file: whether all of its pieces are needed again, or only those that were not read. */
  readonly #files = new Map<number, "all" | "unread">();
  #places: ReadonlyMap<string, MemberPlace>;

  constructor(options: SecondReadsOptions) {
    this.#options = options;
    this.#places = options.places;
  }

  get hasUnread(): boolean {
    return this.#files.size > 0;
  }

  /** Takes note of what a task could not read. */
  note(task: WriteTask, unread: readonly UnreadFrame[]): void {
    if (!task.read || unread.length === 0) return;
    const index = parsePackIndex(task.read.indexBytes);
    for (const { frame, members, code, message } of unread) {
      const ids = index.frames[frame.frame]?.memberIds ?? [];
      for (const member of members) this.#unreadKeys.set(idKey(ids[member] ?? new Uint8Array(0)), { code, message });
      const isUnread = new Set(members);
      for (const { member, file } of piecesOf(task, frame)) {
        // A document in one frame was not begun; in two it needs all of its pieces.
        if (isUnread.has(member)) this.#files.set(file.fileNumber, file.form === "direct" ? "all" : "unread");
      }
    }
  }

  /** Decides what becomes of all that was noted since the last round. */
  async next(): Promise<SecondRound> {
    const again = new Map(
      [...this.#unreadKeys.keys()].flatMap((key) => {
        const place = this.#places.get(key);
        return place ? [[key, this.#tried.add(place)] as const] : [];
      }),
    );
    const elsewhere = await this.#options.catalogue.placeElsewhere(again, 1);
    const round = this.#divide(elsewhere);
    this.#places = round.places;
    this.#unreadKeys.clear();
    this.#files.clear();
    return round;
  }

  #divide(elsewhere: ReadonlyMap<string, MemberPlace>): SecondRound {
    const places = new Map(elsewhere);
    const files: PlacedFile[] = [];
    const failures: FileFailure[] = [];
    const abandoned: BatchFile[] = [];
    for (const [fileNumber, needed] of this.#files) {
      const whole = this.#options.files[fileNumber];
      if (!whole) continue;
      const pieces = whole.pieces.filter(({ key }) => needed === "all" || this.#unreadKeys.has(key));
      const lost = pieces.find(({ key }) => this.#unreadKeys.has(key) && !elsewhere.has(key));
      const hasFailed = Atomics.load(this.#options.counts.failed, fileNumber) === 1;
      if (!lost && !hasFailed) {
        for (const { key } of pieces) this.#keepPlace(places, key);
        files.push({ file: { ...whole, pieces }, fileNumber, form: "parts" });
        continue;
      }
      const reason = lost && this.#unreadKeys.get(lost.key);
      if (this.#giveUp(fileNumber, pieces.length)) abandoned.push(whole);
      if (reason && !hasFailed) failures.push({ path: joinPath(whole.folder, whole.name), ...reason });
    }
    return { files, places, failures, abandoned };
  }

  /** A piece that was good is read again where it was. */
  #keepPlace(places: Map<string, MemberPlace>, key: string): void {
    const place = places.get(key) ?? this.#places.get(key);
    if (place) places.set(key, place);
  }

  /** @returns whether these were the last pieces that the document waited for */
  #giveUp(fileNumber: number, pieces: number): boolean {
    const { remaining, failed } = this.#options.counts;
    Atomics.store(failed, fileNumber, 1);
    return Atomics.sub(remaining, fileNumber, pieces) === pieces;
  }
}
