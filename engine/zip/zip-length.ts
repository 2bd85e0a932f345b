import { centralHeaderSize, endSize, localSize, type ZipEntry } from "./zip-format.ts";

/** Adds up the exact length of an archive, entry by entry in the order in which they will be written. */
export class ZipLength {
  #entries = 0;
  #offset = 0;
  #directorySizeBytes = 0;

  add(entry: ZipEntry): void {
    this.#entries++;
    this.#directorySizeBytes += centralHeaderSize(entry, this.#offset);
    this.#offset += localSize(entry);
  }

  get sizeBytes(): number {
    const directory = { entries: this.#entries, offset: this.#offset, sizeBytes: this.#directorySizeBytes };
    return this.#offset + this.#directorySizeBytes + endSize(directory);
  }
}
