import type { FolderFiles } from "./folder-files.ts";
import type { FileStep, FolderStep, TakeTarget, TargetSummary } from "./take-target.ts";
import { TargetRefusedError } from "./target-refused-error.ts";

/** Up to this size a document is collected first and written beside others: a file costs several questions to the browser. */
const WHOLE_BYTES = 1024 * 1024;
const SIDE_BY_SIDE = 8;

/** What a name or a place is refused with; everything else, as a full disk, ends the restore. */
const OF_ONE_NAME = new Set([
  "TypeMismatchError",
  "InvalidModificationError",
  "NoModificationAllowedError",
  "SecurityError",
]);

interface OpenDocument {
  readonly step: FileStep;
  readonly temporaryName: string;
  /** Of a small one. */
  readonly pieces: Uint8Array<ArrayBuffer>[];
  /** Of a large one. */
  readonly large: { readonly handle: FileSystemFileHandle; readonly stream: FileSystemWritableFileStream } | null;
}

/**
 * Writes documents into a folder that a person chose. Each grows under a temporary name and gets its own when all of it was
 * verified and is on disk; a name that is taken is left as it is.
 */
export class FolderTarget implements TakeTarget {
  readonly sideBySide = SIDE_BY_SIDE;
  readonly #files: FolderFiles;
  readonly #prefix: string;
  readonly #onLeftOut: (links: number) => void;
  #documents = 0;
  #links = 0;
  #open: OpenDocument | null = null;

  /** @param options.prefix begins temporary names; the same for the same restore, so that a second try takes them over */
  constructor(files: FolderFiles, options: { readonly prefix: string; readonly onLeftOut: (links: number) => void }) {
    this.#files = files;
    this.#prefix = options.prefix;
    this.#onLeftOut = options.onLeftOut;
  }

  folder({ name }: FolderStep): Promise<void> {
    return ofOneName(async () => {
      await this.#files.folder(name);
    });
  }

  /** No browser makes links. */
  async symlink(): Promise<void> {
    this.#onLeftOut(++this.#links);
  }

  /** Numbered, too, so that temporary names stay those of the plan. */
  keep(): void {
    this.#documents++;
  }

  async begin(step: FileStep): Promise<void> {
    const temporaryName = `${this.#prefix}${++this.#documents}.part`;
    await ofOneName(async () => {
      if ((await this.#files.find(step.name)) !== null) {
        throw new TargetRefusedError("another file of this name is there; it was left as it is");
      }
      const isLarge = step.entry.sizeBytes > WHOLE_BYTES;
      const handle = isLarge ? await this.#files.create(step.name, temporaryName) : null;
      const large = handle && { handle, stream: await handle.createWritable() };
      this.#open = { step, temporaryName, pieces: [], large };
    });
  }

  async content(bytes: Uint8Array): Promise<void> {
    if (this.#open === null) return;
    const { large, pieces } = this.#open;
    // A copy either way: the browser writes later than this returns.
    if (large) await large.stream.write(bytes.slice());
    else pieces.push(bytes.slice());
  }

  async end(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    await ofOneName(async () => {
      const handle = open.large?.handle ?? (await this.#files.create(open.step.name, open.temporaryName));
      const stream = open.large?.stream ?? (await handle.createWritable());
      for (const piece of open.pieces) await stream.write(piece);
      await stream.close();
      const { size } = await handle.getFile();
      if (size !== open.step.entry.sizeBytes) throw new TargetRefusedError(`only ${size} bytes of it are on disk`);
      await this.#files.giveName(handle, open.step.name);
    });
  }

  async lose(): Promise<boolean> {
    await this.#discard();
    return true;
  }

  async finish(): Promise<TargetSummary> {
    return { lengthBytes: null, sha256: null };
  }

  async fail(): Promise<void> {
    await this.#discard();
  }

  async #discard(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    if (!open?.large) return;
    try {
      await open.large.stream.abort();
      await this.#files.remove(open.step.name, open.temporaryName);
    } catch (error) {
      // The folder is gone or may not be written any more; a part under a temporary name is all that stays.
      if (!(error instanceof DOMException)) throw error;
    }
  }
}

async function ofOneName(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    // Names that a browser does not write are a TypeError.
    const isOfName = error instanceof TypeError || (error instanceof DOMException && OF_ONE_NAME.has(error.name));
    if (isOfName) throw new TargetRefusedError(`this browser cannot write it there: ${error.message}`);
    throw error;
  }
}
