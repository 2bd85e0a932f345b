import { toHex } from "../../codec/hex.ts";
import { encodeUtf8 } from "../../codec/text.ts";
import type { TreeEntry } from "../../format/tree-entry.ts";
import { nodePrimitives } from "../../primitives/node.ts";
import type { BuiltPage, PageOutput } from "../built-page.ts";
import type { PageFetcher, TreeReaderOptions } from "../tree-reader.ts";

/** Built pages by id, in memory, with a count of what was read. */
export class PageStore implements PageFetcher {
  readonly pages = new Map<string, BuiltPage>();
  readonly chunkIdKey = new Uint8Array(32).fill(7);
  fetchedCount = 0;

  readonly output: PageOutput = {
    primitives: nodePrimitives,
    chunkIdKey: this.chunkIdKey,
    emit: (page) => {
      for (const child of page.childIds) {
        if (page.kind === 3 && !this.pages.has(toHex(child)))
          throw new Error("a child must be emitted before its parent");
      }
      this.pages.set(toHex(page.id), page);
    },
  };

  get readerOptions(): TreeReaderOptions {
    return { primitives: nodePrimitives, chunkIdKey: this.chunkIdKey, fetcher: this };
  }

  async fetchPage(id: Uint8Array): Promise<Uint8Array> {
    this.fetchedCount++;
    const page = this.pages.get(toHex(id));
    if (page === undefined) throw new Error("no such page");
    return page.bytes;
  }

  clearChildIds(id: Uint8Array): readonly Uint8Array[] | null {
    return this.pages.get(toHex(id))?.childIds ?? null;
  }

  /** As a hostile server or disk would: other bytes, or another clear child list, under the same id. */
  replace(id: Uint8Array, changes: Partial<BuiltPage>): void {
    const page = this.pages.get(toHex(id));
    if (page !== undefined) this.pages.set(toHex(id), { ...page, ...changes });
  }
}

/** A small file under that name. */
export function fileEntry(name: string | Uint8Array, sizeBytes = 3): TreeEntry {
  const items =
    sizeBytes === 0 ? [] : [{ kind: "content" as const, sizeBytes, chunkId: new Uint8Array(32).fill(sizeBytes % 251) }];
  return {
    name: typeof name === "string" ? encodeUtf8(name) : name,
    type: "file",
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeSeconds: 1_795_000_000,
    mtimeNanoseconds: 1,
    xattrs: [],
    sizeBytes,
    content: { form: "inline", items },
  };
}

/** `count` files whose names sort in the order in which they are given. */
export function manyFiles(count: number): TreeEntry[] {
  return Array.from({ length: count }, (_, at) => fileEntry(`file-${String(at).padStart(8, "0")}`, 1 + (at % 100)));
}
