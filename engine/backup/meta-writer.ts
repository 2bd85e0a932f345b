import { PackBuilder, type PackBuilderOptions } from "../format/pack-builder.ts";
import type { ChunkKind } from "../ports/chunk-index.ts";
import type { BuiltPage } from "../tree/built-page.ts";
import type { ContentSink, StoredCounts } from "./content-writer.ts";

/** As a ContentSink, for pages. */
export interface MetaSink extends Omit<ContentSink, "askNeeded"> {
  askNeeded(kind: ChunkKind, ids: readonly Uint8Array[]): Promise<Uint8Array>;
}

export interface MetaWriterOptions extends Omit<PackBuilderOptions, "buffer" | "packKind"> {
  readonly sink: MetaSink;
}

/** Pages that wait until they are asked about together; a bound on memory. */
const BATCH_PAGES = 512;
const BATCH_BYTES = 4 * 1024 * 1024;
/** So few pages of a change list, which names its parent and so is new, are sent without the round trip of a question. */
const SENT_UNASKED = 4;

/** Seals tree and change-list pages into meta packs, but for those that are there already. */
export class MetaWriter {
  readonly #options: MetaWriterOptions;
  #pages: BuiltPage[] = [];
  #pageBytes = 0;
  #builder: PackBuilder | undefined;
  #buffer: Uint8Array | undefined;
  #stored = { chunks: 0, plainBytes: 0 };

  constructor(options: MetaWriterOptions) {
    this.#options = options;
  }

  /** Takes a page at once; call `drain` now and then. */
  add(page: BuiltPage): void {
    this.#pages.push(page);
    this.#pageBytes += page.bytes.length;
  }

  /** True when `drain` should be awaited before more is added. */
  get isFull(): boolean {
    return this.#pages.length >= BATCH_PAGES || this.#pageBytes >= BATCH_BYTES;
  }

  /** Asks about the pages that wait, and seals those that are needed. */
  async drain(): Promise<void> {
    const pages = this.#pages;
    this.#pages = [];
    this.#pageBytes = 0;
    for (const kind of [2, 3] as const)
      await this.#storeNeeded(
        kind,
        pages.filter((page) => page.kind === kind),
      );
  }

  async finish(): Promise<void> {
    await this.drain();
    this.#sendPack();
  }

  async #storeNeeded(kind: ChunkKind, pages: readonly BuiltPage[]): Promise<void> {
    if (pages.length === 0) return;
    if (kind === 3 && pages.length <= SENT_UNASKED) {
      for (const page of pages) await this.#store(page);
      return;
    }
    const isNeeded = await this.#options.sink.askNeeded(
      kind,
      pages.map((page) => page.id),
    );
    for (const [at, page] of pages.entries()) if (isNeeded[at] === 1) await this.#store(page);
  }

  async #store({ kind, id, bytes, childIds }: BuiltPage): Promise<void> {
    if (this.#builder !== undefined && !this.#builder.hasRoomFor(bytes.length, childIds.length)) this.#sendPack();
    this.#builder ??= await this.#beginPack();
    this.#builder.add({ kind, id, plain: bytes, childIds });
    this.#stored.chunks += 1;
    this.#stored.plainBytes += bytes.length;
  }

  async #beginPack(): Promise<PackBuilder> {
    this.#buffer = await this.#options.sink.takeBuffer();
    return new PackBuilder({ ...this.#options, packKind: "meta", buffer: this.#buffer });
  }

  #sendPack(): void {
    const pack = this.#builder?.finish();
    const counts: StoredCounts = this.#stored;
    if (pack) this.#options.sink.sendPack(pack, counts);
    else if (this.#buffer !== undefined) this.#options.sink.returnBuffer(this.#buffer);
    this.#builder = undefined;
    this.#buffer = undefined;
    this.#stored = { chunks: 0, plainBytes: 0 };
  }
}
