import { createWriteStream, type WriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { ZipArchive } from "archiver";

export interface ZipMeta {
  readonly name: string;
  /** The 12 permission bits. */
  readonly mode: number;
  readonly seconds: number;
}

/** What a ZIP's own clock can say; anything else stands at the nearest end. */
const LEAST_SECONDS = Date.UTC(1980, 0, 1) / 1000;
const MOST_SECONDS = Date.UTC(2107, 11, 31) / 1000;
const FASTEST = 1;

/**
 * Writes a ZIP file, entry by entry, under a temporary name that is exchanged when the archive is whole. Times are UTC,
 * as extended timestamps; archives and entries beyond 4 GiB become Zip64 by themselves.
 */
export class ZipFile {
  readonly #path: string;
  readonly #temporaryPath: string;
  readonly #archive = new ZipArchive({ zlib: { level: FASTEST } });
  readonly #file: WriteStream;
  readonly #written: Promise<void>;
  #failure: Error | null = null;
  /** Ends the wait for the entry that is being added. */
  #wake: () => void = () => {};
  /** Of the entry that is being added; the archive adds one at a time. */
  #seconds = 0;

  constructor(path: string, temporaryPath: string) {
    this.#path = path;
    this.#temporaryPath = temporaryPath;
    const file = createWriteStream(temporaryPath, { flags: "wx", mode: 0o600 });
    this.#file = file;
    const fail = (error: Error) => {
      this.#failure ??= error;
      this.#wake();
    };
    this.#archive.on("error", fail);
    this.#archive.on("entry", () => this.#wake());
    file.on("error", fail);
    this.#archive.pipe(file);
    this.#written = finished(file);
    this.#written.catch(() => {});
    addExtendedTimes(this.#archive, () => this.#seconds);
  }

  addFolder({ name, mode, seconds }: ZipMeta): Promise<void> {
    return this.#add("", { name: `${name}/`, mode, seconds }, { type: "directory" });
  }

  addSymlink({ name, seconds }: ZipMeta, linkname: string): Promise<void> {
    return this.#add("", { name, mode: 0o777, seconds }, { type: "symlink", linkname });
  }

  /** Resolves when all of the content has gone through. */
  addFile(meta: ZipMeta, content: Buffer | Readable): Promise<void> {
    return this.#add(content, meta, { type: "file" });
  }

  /** Completes the archive, makes it durable and gives it its name. */
  async finish(): Promise<void> {
    await Promise.all([this.#archive.finalize(), this.#written]);
    if (this.#failure) throw this.#failure;
    for (const path of [this.#temporaryPath, dirname(this.#path)]) await sync(path);
    await rename(this.#temporaryPath, this.#path);
    await sync(dirname(this.#path));
  }

  /** Leaves nothing behind. */
  async abort(): Promise<void> {
    this.#archive.abort();
    // An archive that has begun does not end what it writes to by being aborted.
    this.#file.destroy();
    await this.#written.catch(() => {});
    await rm(this.#temporaryPath, { force: true });
  }

  async #add(
    content: string | Buffer | Readable,
    { name, mode, seconds }: ZipMeta,
    entry: { type: "file" | "directory" | "symlink"; linkname?: string },
  ): Promise<void> {
    this.#seconds = seconds;
    const dosSeconds = Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, seconds));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    this.#archive.append(content, { name, mode, date: new Date(dosSeconds * 1000), ...entry });
    if (!this.#failure) await promise;
    if (this.#failure) throw this.#failure;
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface ZipEntry {
  setExtra(extra: Buffer): void;
}

interface ZipEngine {
  _normalizeEntry(entry: ZipEntry): void;
}

/** The field is signed and has 32 bits. */
const LEAST_EXTENDED = -(2 ** 31);
const MOST_EXTENDED = 2 ** 31 - 1;

/**
 * The archiver knows local or "UTC as if local" times only, and no way to add fields; so each entry gets its field where its engine
 * completes it. Its version is pinned, and a test unpacks what comes out.
 */
function addExtendedTimes(archive: unknown, secondsOf: () => number): void {
  const engine = parseEngine(archive);
  const complete = engine._normalizeEntry.bind(engine);
  engine._normalizeEntry = (entry) => {
    complete(entry);
    const seconds = secondsOf();
    if (seconds < LEAST_EXTENDED || seconds > MOST_EXTENDED) return;
    const field = Buffer.alloc(9);
    field.write("UT", 0, "latin1");
    field.writeUInt16LE(5, 2);
    field.writeUInt8(1, 4);
    field.writeInt32LE(seconds, 5);
    entry.setExtra(field);
  };
}

function parseEngine(archive: unknown): ZipEngine {
  const { engine } = (archive as { _module?: { engine?: Partial<ZipEngine> } })._module ?? {};
  if (typeof engine?._normalizeEntry !== "function") throw new Error("this version of archiver is not the pinned one");
  return engine as ZipEngine;
}
