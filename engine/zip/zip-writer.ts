import { crc32 } from "./crc32.ts";
import {
  encodeCentralHeader,
  encodeDescriptor,
  encodeEnd,
  encodeLocalHeader,
  type WrittenZipEntry,
  type ZipEntry,
} from "./zip-format.ts";

/** Takes the archive's bytes in order; they are the writer's again when it resolves. */
export type ZipSink = (bytes: Uint8Array) => Promise<void>;

/** The central directory grows in pieces of this size: about 130 bytes an entry, until the end. */
const DIRECTORY_PIECE_BYTES = 256 * 1024;

/**
 * Writes an archive, entry after entry. [Note: The ZIP that we write] says how; nothing but the central directory is kept, about
 * 130 bytes an entry.
 *
 * @throws RangeError when an entry gets other bytes than it announced: the archive must not be used then
 */
export class ZipWriter {
  readonly #sink: ZipSink;
  readonly #directory: Uint8Array[] = [];
  #piece = new Uint8Array(DIRECTORY_PIECE_BYTES);
  #pieceSizeBytes = 0;
  #directorySizeBytes = 0;
  #entries = 0;
  #offset = 0;
  #open: { readonly entry: ZipEntry; readonly offset: number; crc: number; writtenBytes: number } | null = null;

  constructor(sink: ZipSink) {
    this.#sink = sink;
  }

  async addFolder(entry: ZipEntry & { readonly type: "folder" }): Promise<void> {
    await this.#addWhole(entry, new Uint8Array(0));
  }

  async addSymlink(entry: ZipEntry & { readonly type: "symlink" }, target: Uint8Array): Promise<void> {
    await this.#addWhole(entry, target);
  }

  async begin(entry: ZipEntry & { readonly type: "file" }): Promise<void> {
    if (this.#open !== null) throw new RangeError("an entry is still open");
    this.#open = { entry, offset: this.#offset, crc: 0, writtenBytes: 0 };
    await this.#write(encodeLocalHeader(entry));
  }

  async content(bytes: Uint8Array): Promise<void> {
    const open = this.#requireOpen();
    open.crc = crc32(open.crc, bytes);
    open.writtenBytes += bytes.length;
    if (open.writtenBytes > open.entry.sizeBytes) throw new RangeError("an entry is longer than it announced");
    await this.#write(bytes);
  }

  async end(): Promise<void> {
    const { entry, offset, crc, writtenBytes } = this.#requireOpen();
    if (writtenBytes !== entry.sizeBytes) throw new RangeError("an entry is shorter than it announced");
    this.#open = null;
    await this.#write(encodeDescriptor(entry, crc));
    this.#list({ ...entry, crc, offset });
  }

  /** Writes the central directory. @returns the archive's length */
  async finish(): Promise<number> {
    if (this.#open !== null) throw new RangeError("an entry is still open");
    const offset = this.#offset;
    for (const piece of this.#directory) await this.#write(piece);
    await this.#write(this.#piece.subarray(0, this.#pieceSizeBytes));
    await this.#write(encodeEnd({ entries: this.#entries, offset, sizeBytes: this.#directorySizeBytes }));
    return this.#offset;
  }

  async #addWhole(entry: ZipEntry, content: Uint8Array): Promise<void> {
    const offset = this.#offset;
    const crc = crc32(0, content);
    await this.#write(encodeLocalHeader(entry, crc));
    if (content.length > 0) await this.#write(content);
    this.#list({ ...entry, crc, offset });
  }

  #list(entry: WrittenZipEntry): void {
    const header = encodeCentralHeader(entry);
    if (this.#pieceSizeBytes + header.length > this.#piece.length) {
      this.#directory.push(this.#piece.subarray(0, this.#pieceSizeBytes));
      this.#piece = new Uint8Array(Math.max(DIRECTORY_PIECE_BYTES, header.length));
      this.#pieceSizeBytes = 0;
    }
    this.#piece.set(header, this.#pieceSizeBytes);
    this.#pieceSizeBytes += header.length;
    this.#directorySizeBytes += header.length;
    this.#entries++;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#offset += bytes.length;
    await this.#sink(bytes);
  }

  #requireOpen() {
    if (this.#open === null) throw new RangeError("no entry is open");
    return this.#open;
  }
}
