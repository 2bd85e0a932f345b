import { FormatError } from "../../../engine/codec/format-error.ts";
import { parsePackDirectory } from "../../../engine/format/pack-index.ts";
import { ID_SIZE_BYTES } from "../../../engine/ids/chunk-id.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import { idText } from "../../domain/pack/run-directories.ts";
import { type PackProblem, readWholePack } from "./read-whole-pack.ts";

/** Child lists kept, all packs together. A pack that is read for it needs as much again for a moment: 32 MiB of bytes, and its ids. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;
/** What an entry of a map costs beside the ids, about. */
const ENTRY_BYTES = 250;

/** The ids of a page's children, 32 bytes each, back to back. */
export type ChildIds = Uint8Array;

interface Directory {
  readonly children: ReadonlyMap<string, ChildIds>;
  readonly sizeBytes: number;
}

export interface PageDirectoriesOptions {
  readonly deps: Pick<DomainDeps, "store" | "zones" | "primitives">;
  readonly companyId: string;
}

/**
 * Which children the pages of a pack have, as its clear directory says. A whole pack is read and held to its name, because a directory that lost a
 * child to rot would have what is below it deleted.
 */
export class PageDirectories {
  readonly #options: PageDirectoriesOptions;
  /** The one used last stands last. */
  readonly #kept = new Map<string, Directory>();
  #keptBytes = 0;

  constructor(options: PageDirectoriesOptions) {
    this.#options = options;
  }

  /** The children of one page in one pack; undefined when the pack does not hold the page. */
  async find(packId: string, pageId: Uint8Array): Promise<ChildIds | PackProblem | undefined> {
    const known = this.#kept.get(packId) ?? (await this.#read(packId));
    if (typeof known === "string") return known;
    this.#keep(packId, known);
    return known.children.get(idText(pageId));
  }

  #keep(packId: string, directory: Directory): void {
    if (!this.#kept.delete(packId)) this.#keptBytes += directory.sizeBytes;
    this.#kept.set(packId, directory);
    for (const [oldest, { sizeBytes }] of this.#kept) {
      if (this.#keptBytes <= MAX_KEPT_BYTES || oldest === packId) break;
      this.#kept.delete(oldest);
      this.#keptBytes -= sizeBytes;
    }
  }

  async #read(packId: string): Promise<Directory | PackProblem> {
    const { deps, companyId } = this.#options;
    const pack = await deps.store.findPack(companyId, packId);
    if (pack === null) return "unreadable";
    const bytes = await readWholePack(deps, companyId, pack);
    if (typeof bytes === "string") return bytes;
    try {
      return toDirectory(bytes);
    } catch (error) {
      // Its name proves these bytes, so no other copy says more.
      if (error instanceof FormatError) return "unreadable";
      throw error;
    }
  }
}

/** Children are copied out, so that the pack's own bytes can go. */
function toDirectory(pack: Uint8Array): Directory {
  const children = new Map<string, ChildIds>();
  let sizeBytes = 0;
  for (const { kind, memberIds, childLists } of parsePackDirectory(pack).frames) {
    if (kind === 1) continue;
    memberIds.forEach((memberId, at) => {
      const ids = joinIds(childLists[at] ?? []);
      children.set(idText(memberId), ids);
      sizeBytes += ids.length + ENTRY_BYTES;
    });
  }
  return { children, sizeBytes };
}

/** A page may have more children than a call takes arguments. */
function joinIds(ids: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(ids.length * ID_SIZE_BYTES);
  ids.forEach((id, at) => {
    joined.set(id, at * ID_SIZE_BYTES);
  });
  return joined;
}
