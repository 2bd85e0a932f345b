import { toReadableText } from "../../../../engine/restore/binary-text.ts";
import type { ChangeHistory } from "../../../../engine/restore/change-history.ts";
import type { SearchHit, SearchProgress } from "../protocol/reading-calls.ts";
import type { OpenVault } from "../vault-room.ts";
import { foldName } from "./fold-name.ts";
import type { IndexedName } from "./name-index.ts";
import type { SnapshotLists, SourceRef } from "./snapshot-lists.ts";
import { SourceNames } from "./source-names.ts";

/** Of all sources together, in the worker's memory. */
const INDEX_LIMIT_BYTES = 64 * 1024 * 1024;
/** More than anybody looks through; a longer text finds fewer. */
const MAX_HITS = 500;
/** Found names of one source that are put in order; enough for the best 500 to be among them. */
const MAX_RANKED = 20_000;
/** A source whose lists were looked at so lately is not asked for new snapshots. */
const FRESH_MS = 60_000;

export interface SearchTools {
  readonly vault: OpenVault;
  readonly lists: SnapshotLists;
  /** By key scope. */
  readonly historyOf: (scope: number) => ChangeHistory;
  readonly listSources: () => Promise<readonly SourceRef[]>;
  readonly tell: (progress: SearchProgress) => void;
}

interface KeptSource {
  readonly names: SourceNames;
  followedAtMs: number;
  following: Promise<void> | null;
}

/** Search by name over everything that is or was; indexes are made as they are needed and kept while the vault is open. */
export class NameSearch {
  readonly #tools: SearchTools;
  readonly #kept = new Map<string, KeptSource>();
  #sources: { readonly askedAtMs: number; readonly list: readonly SourceRef[] } | null = null;
  /** Of the search that is wanted now. */
  #current: string | null = null;

  constructor(tools: SearchTools) {
    this.#tools = tools;
  }

  /** Ends the search before. Resolves when it is done, or no longer wanted; what went wrong is told with the hits. */
  async run(searchId: string, text: string): Promise<void> {
    this.#current = searchId;
    const start = { searchId, hits: [], sourcesDone: 0, sources: 0, documents: 0, isDone: false };
    const progress: SearchProgress = { ...start, isCut: false, isIndexCut: false, problems: [] };
    try {
      await this.#search(text.trim(), progress);
    } catch (error) {
      this.#tell({ ...progress, isDone: true, problems: [error instanceof Error ? error.message : String(error)] });
    }
  }

  end(): void {
    this.#current = null;
  }

  async #search(text: string, start: SearchProgress): Promise<void> {
    const sources = text === "" ? [] : await this.#listSources();
    let progress: SearchProgress = { ...start, sources: sources.length, isDone: sources.length === 0 };
    let room = MAX_HITS;
    this.#tell(progress);
    for (const [at, source] of sources.entries()) {
      const { names } = await this.#follow(source);
      if (this.#current !== start.searchId) return;
      const { hits, isCut } = findHits(names, { source, text, limit: room });
      room -= hits.length;
      progress = {
        ...progress,
        hits,
        sourcesDone: at + 1,
        documents: progress.documents + names.index.count,
        isDone: at + 1 === sources.length,
        isCut: progress.isCut || isCut,
        isIndexCut: progress.isIndexCut || names.index.isCut,
        problems: [...progress.problems, ...names.problems],
      };
      this.#tell(progress);
    }
  }

  async #listSources(): Promise<readonly SourceRef[]> {
    if (this.#sources === null || performance.now() - this.#sources.askedAtMs > FRESH_MS) {
      this.#sources = { askedAtMs: performance.now(), list: await this.#tools.listSources() };
    }
    return this.#sources.list;
  }

  #tell(progress: SearchProgress): void {
    if (this.#current === progress.searchId) this.#tools.tell(progress);
  }

  async #follow(source: SourceRef): Promise<KeptSource> {
    const kept = this.#kept.get(source.sourceId);
    if (kept !== undefined && performance.now() - kept.followedAtMs < FRESH_MS) return kept;
    const { lists, historyOf, vault } = this.#tools;
    const snapshots = await lists.fresh(source);
    // Somebody else may have begun in the meantime.
    const one = this.#kept.get(source.sourceId) ?? {
      names: new SourceNames(historyOf(snapshots[0]?.header.scope ?? 0), this.#roomBytes()),
      followedAtMs: 0,
      following: null,
    };
    this.#kept.set(source.sourceId, one);
    one.following ??= one.names.follow(snapshots, vault.signal);
    try {
      await one.following;
      one.followedAtMs = performance.now();
    } catch (error) {
      // A list that was read by half would be taken for a whole one.
      this.#kept.delete(source.sourceId);
      throw error;
    } finally {
      one.following = null;
    }
    return one;
  }

  #roomBytes(): number {
    let taken = 0;
    for (const { names } of this.#kept.values()) taken += names.index.sizeBytes;
    return INDEX_LIMIT_BYTES - taken;
  }
}

interface FoundName extends IndexedName {
  readonly rank: number;
}

/** The best of one source: what is named exactly so, what begins so, what holds it; there before gone, newest first. */
function findHits(
  { index, snapshots }: SourceNames,
  { source, text, limit }: { readonly source: SourceRef; readonly text: string; readonly limit: number },
): { readonly hits: SearchHit[]; readonly isCut: boolean } {
  const folded = foldName(text);
  const found: FoundName[] = [];
  let isCut = false;
  for (const number of index.search(text)) {
    if (found.length === MAX_RANKED) {
      isCut = true;
      break;
    }
    const one = index.get(number);
    found.push({ ...one, rank: rankOf(one, folded) });
  }
  found.sort((a, b) => a.rank - b.rank || b.modifiedAtMs - a.modifiedAtMs);
  const hits = found.slice(0, limit).flatMap((one) => toHit(one, { source, snapshots }) ?? []);
  return { hits, isCut: isCut || found.length > limit };
}

function rankOf({ name, goneAt }: IndexedName, folded: string): number {
  const own = foldName(toReadableText(name));
  const fit = own === folded ? 0 : own.startsWith(folded) ? 1 : 2;
  return fit * 2 + (goneAt === null ? 0 : 1);
}

function toHit(
  { folder, name, type, sizeBytes, modifiedAtMs, goneAt }: IndexedName,
  { source, snapshots }: { readonly source: SourceRef; readonly snapshots: SourceNames["snapshots"] },
): SearchHit | null {
  const newest = goneAt === null ? snapshots.at(-1) : snapshots[goneAt - 1];
  // Named by lists of snapshots that are not listed any more, and by no other.
  if (newest === undefined) return null;
  return {
    machineId: source.machineId,
    sourceId: source.sourceId,
    name: toReadableText(name),
    path: folder === "" ? name : `${folder}/${name}`,
    folders: folder === "" ? [] : folder.split("/").map(toReadableText),
    type,
    sizeBytes,
    modifiedAtMs,
    snapshotId: newest.snapshotId,
    goneSinceMs: goneAt === null ? null : (snapshots[goneAt]?.receivedAtMs ?? null),
  };
}
