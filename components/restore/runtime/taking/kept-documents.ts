import { compareBytes } from "../../../../engine/codec/hex.ts";
import type { FolderFiles } from "./folder-files.ts";
import type { TakeStep } from "./take-steps.ts";
import type { FileStep } from "./take-target.ts";

/** Says whether a document is there already, all of it, whatever its time says. */
export class KeptDocuments {
  readonly #files: FolderFiles;
  readonly #computeId: (plain: Uint8Array) => Promise<Uint8Array>;

  constructor(files: FolderFiles, computeId: (plain: Uint8Array) => Promise<Uint8Array>) {
    this.#files = files;
    this.#computeId = computeId;
  }

  /**
   * Passes steps on, and in place of a document that is there one step that says so. A browser sets no times, so size and time prove
   * nothing: every chunk of the file is read from the disk and its id computed.
   */
  async *skip(steps: AsyncIterable<TakeStep>): AsyncGenerator<TakeStep> {
    let held: { readonly file: File; readonly begin: FileStep; readonly steps: TakeStep[]; at: number } | null = null;
    for await (const step of steps) {
      if (step.kind === "begin") {
        const file = await this.#find(step);
        if (file) held = { file, begin: step, steps: [step], at: 0 };
        else yield step;
        continue;
      }
      if (held === null || step.kind === "folder" || step.kind === "symlink" || step.kind === "kept") {
        yield step;
        continue;
      }
      if (step.kind === "end") {
        yield { ...held.begin, kind: "kept" };
        held = null;
        continue;
      }
      held.steps.push(step);
      if (!(await this.#isSame(held.file, held.at, step))) {
        yield* held.steps;
        held = null;
      } else held.at += step.sizeBytes;
    }
  }

  async #find({ name, entry }: FileStep): Promise<File | null> {
    try {
      const file = await this.#files.find(name);
      return file?.size === entry.sizeBytes ? file : null;
    } catch {
      // Whoever writes there hears what is wrong with the name.
      return null;
    }
  }

  async #isSame(file: File, at: number, step: Extract<TakeStep, { kind: "chunk" | "hole" }>): Promise<boolean> {
    if (step.kind === "chunk")
      return compareBytes(await this.#computeId(await read(file, at, step.sizeBytes)), step.id) === 0;
    for (let from = at; from < at + step.sizeBytes; from += PIECE_BYTES) {
      const piece = await read(file, from, Math.min(PIECE_BYTES, at + step.sizeBytes - from));
      if (piece.some((byte) => byte !== 0)) return false;
    }
    return true;
  }
}

const PIECE_BYTES = 1024 * 1024;

async function read(file: File, at: number, sizeBytes: number): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(at, at + sizeBytes).arrayBuffer());
}
