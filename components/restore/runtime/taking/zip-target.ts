import { ZipWriter } from "../../../../engine/zip/zip-writer.ts";
import type { BlockStream } from "./block-stream.ts";
import { toZipEntry } from "./take-steps.ts";
import type { FileStep, FolderStep, SymlinkStep, TakeTarget, TargetSummary } from "./take-target.ts";

/** One archive through the service worker. A document that is lost ends it: an archive without it would look complete. */
export class ZipTarget implements TakeTarget {
  readonly sideBySide = 1;
  readonly #stream: BlockStream;
  readonly #zip: ZipWriter;

  constructor(stream: BlockStream) {
    this.#stream = stream;
    this.#zip = new ZipWriter((bytes) => stream.write(bytes));
  }

  folder(step: FolderStep): Promise<void> {
    return this.#zip.addFolder({ ...toZipEntry(step), type: "folder" });
  }

  symlink(step: SymlinkStep): Promise<void> {
    return this.#zip.addSymlink({ ...toZipEntry(step), type: "symlink" }, step.entry.target);
  }

  begin(step: FileStep): Promise<void> {
    return this.#zip.begin({ ...toZipEntry(step), type: "file" });
  }

  content(bytes: Uint8Array): Promise<void> {
    return this.#zip.content(bytes);
  }

  end(): Promise<void> {
    return this.#zip.end();
  }

  keep(): void {}

  async lose(): Promise<boolean> {
    return false;
  }

  async finish(): Promise<TargetSummary> {
    await this.#zip.finish();
    return this.#stream.finish();
  }

  async fail(message: string): Promise<void> {
    this.#stream.fail(message);
  }
}
