import { FormatError } from "../../../engine/codec/format-error.ts";
import { toHex } from "../../../engine/codec/hex.ts";
import type { PackIndex } from "../../../engine/format/pack-index.ts";
import { ID_SIZE_BYTES } from "../../../engine/ids/chunk-id.ts";
import type { ChunkKind } from "../../../engine/ports/chunk-index.ts";
import type { Zone } from "../../../engine/ports/zone.ts";
import type { DomainDeps } from "../domain-deps.ts";
import {
  addDirectory,
  emptyDirectory,
  idText,
  type KnownPage,
  type RunDirectory,
  runDirectoriesOf,
} from "../pack/run-directories.ts";
import type { RunIdentity } from "../run/lease.ts";
import type { PackRow, ReachedChunk } from "../store/pack-store.ts";
import { badCopyCodeOf } from "../zone/bad-copy-code.ts";
import { readPackIndex } from "./read-pack-index.ts";

/** What a refusal names at most; the agent sends these and asks again. */
const MISSING_LISTED = 100;
/** Ids asked of the index at a time. */
const BATCH_IDS = 10_000;
const PAGE = 500;

/**
 * [Note: The closure walk]
 *
 * A snapshot may become visible only when everything that it reaches is durable in the run's zone (invariant 5). The
 * walk starts at the top page and the change list and follows the clear child lists of the packs' directories, page by
 * page and without recursion. Three things keep it short: what the run's own packs hold is known from when they
 * arrived; chunks are asked of the index in batches; and a page marked closed, in this closure generation, is not
 * entered again. Pages count only from packs of the same machine, because another machine's copy could lie about its
 * children. It holds the ids of the pages that it enters, not of the chunks.
 */
export interface Closure {
  /** In the company's closure generation at the beginning. */
  readonly generation: number;
  /** Hex ids, the first hundred. */
  readonly missing: readonly string[];
  readonly missingCount: number;
  /** Quarantined packs that serve this snapshot. */
  readonly rescuePackIds: readonly string[];
  /** Pages entered: closed, when nothing is missing. 32 bytes each. */
  readonly closedPageIds: Uint8Array;
}

export interface WalkInput {
  readonly run: RunIdentity;
  readonly scope: number;
  readonly zone: Zone;
  readonly topPageId: Uint8Array;
  readonly changeListId: Uint8Array;
}

/** Follows everything that a snapshot reaches, and says what is missing. @throws ZoneError when a zone is away */
export async function walkClosure(deps: Pick<DomainDeps, "store">, input: WalkInput): Promise<Closure> {
  const { generation } = await deps.store.getClosure(input.run.companyId);
  const walk = new Walk(deps, input);
  await walk.takeOwnPacks();
  await walk.follow([input.topPageId, input.changeListId]);
  return { generation, ...walk.result() };
}

class Walk {
  readonly #store: DomainDeps["store"];
  readonly #input: WalkInput;
  #own: RunDirectory = emptyDirectory();
  /** Pages of packs that were read back for this walk. */
  readonly #read: RunDirectory = emptyDirectory();
  readonly #readPackIds = new Set<string>();
  readonly #entered = new Map<string, Uint8Array>();
  readonly #roots = new Set<string>();
  readonly #rescue = new Set<string>();
  readonly #missing = new Set<string>();
  #missingCount = 0;

  constructor({ store }: Pick<DomainDeps, "store">, input: WalkInput) {
    this.#store = store;
    this.#input = input;
  }

  /**
   * What the run put through this process needs no question, as long as all its packs are still where they were put.
   * One that was quarantined meanwhile is rescued; if one is lost, nothing is taken for granted.
   */
  async takeOwnPacks(): Promise<void> {
    const { run } = this.#input;
    const known = runDirectoriesOf(this.#store).find(run.runId);
    if (known === null) return;
    const quarantined: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await this.#store.listRunPacks(
        run.companyId,
        run.runId,
        after ? { after, limit: PAGE } : { limit: PAGE },
      );
      if (!page.every((pack) => isServing(pack, run.zoneId))) return;
      quarantined.push(...page.filter((pack) => pack.state === "quarantined").map((pack) => pack.packId));
      after = page.at(-1)?.packId;
      if (page.length < PAGE) break;
    }
    this.#own = known;
    for (const packId of quarantined) this.#rescue.add(packId);
  }

  /** Roots are pages; content under their name is as good as nothing. */
  async follow(roots: readonly Uint8Array[]): Promise<void> {
    for (const root of roots) this.#roots.add(idText(root));
    const waiting: Uint8Array[] = [...roots];
    let unknown: Uint8Array[] = [];
    for (;;) {
      const id = waiting.pop();
      if (id !== undefined) {
        const page = this.#findPage(id);
        if (page) this.#enter(id, page, waiting);
        else if (!this.#own.content.has(idText(id)) || this.#roots.has(idText(id))) unknown.push(id);
      }
      if (unknown.length >= BATCH_IDS || (waiting.length === 0 && unknown.length > 0)) {
        await this.#ask(unknown, waiting);
        unknown = [];
      }
      if (waiting.length === 0 && unknown.length === 0) return;
    }
  }

  result(): Omit<Closure, "generation"> {
    return {
      missing: [...this.#missing],
      missingCount: this.#missingCount,
      rescuePackIds: [...this.#rescue],
      closedPageIds: joinIds(this.#entered),
    };
  }

  #findPage(id: Uint8Array): KnownPage | undefined {
    const text = idText(id);
    return this.#own.pages.get(text) ?? this.#read.pages.get(text);
  }

  #enter(id: Uint8Array, page: KnownPage, waiting: Uint8Array[]): void {
    const text = idText(id);
    if (this.#entered.has(text)) return;
    this.#entered.set(text, id);
    for (const childId of page.childIds) waiting.push(childId);
  }

  /** Asks the index about ids; pages that it finds are entered by way of their pack's directory. */
  async #ask(ids: readonly Uint8Array[], waiting: Uint8Array[]): Promise<void> {
    const { run, scope } = this.#input;
    const { zoneId, machineId } = run;
    const reached = await this.#store.reach(run.companyId, { scope, zoneId, machineId, chunkIds: ids });
    const pagePacks = new Set<string>();
    const pages: Uint8Array[] = [];
    reached.forEach((found, at) => {
      const id = ids[at];
      if (id === undefined) return;
      if (found === null || (found.kind === 1 && this.#roots.has(idText(id)))) {
        this.#miss(id);
        return;
      }
      if (found.isQuarantined) this.#rescue.add(found.packId);
      if (isOpenPage(found)) {
        pages.push(id);
        pagePacks.add(found.packId);
      }
    });
    await this.#readDirectories([...pagePacks]);
    for (const id of pages) {
      const page = this.#findPage(id);
      if (page) this.#enter(id, page, waiting);
      else this.#miss(id);
    }
  }

  async #readDirectories(packIds: readonly string[]): Promise<void> {
    const wanted = packIds.filter((packId) => !this.#readPackIds.has(packId));
    for (let from = 0; from < wanted.length; from += PAGE) {
      for (const pack of await this.#store.listPacks(this.#input.run.companyId, wanted.slice(from, from + PAGE))) {
        if (pack === null) continue;
        const index = await this.#readIndex(pack);
        if (index) addDirectory(this.#read, index);
        this.#readPackIds.add(pack.packId);
      }
    }
  }

  /** Null when this copy is bad: it becomes suspect, and its pages are missing here until it is healed or they are sent again. */
  async #readIndex(pack: PackRow): Promise<PackIndex | null> {
    const { run, zone } = this.#input;
    try {
      return await readPackIndex(zone, run.companyId, pack);
    } catch (error) {
      const code = error instanceof FormatError ? "bad_index" : badCopyCodeOf(error);
      if (code === null) throw error;
      await this.#store.markCopy(run.companyId, run.zoneId, { packId: pack.packId, state: "suspect", code });
      return null;
    }
  }

  #miss(id: Uint8Array): void {
    this.#missingCount++;
    if (this.#missing.size < MISSING_LISTED) this.#missing.add(toHex(id));
  }
}

function joinIds(ids: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const joined = new Uint8Array(ids.size * ID_SIZE_BYTES);
  let at = 0;
  for (const id of ids.values()) {
    joined.set(id, at);
    at += ID_SIZE_BYTES;
  }
  return joined;
}

function isServing(pack: PackRow, zoneId: string): boolean {
  const isThere = pack.copies.some((copy) => copy.zoneId === zoneId && copy.state === "present");
  return isThere && (pack.state === "live" || pack.state === "quarantined");
}

function isOpenPage({ kind, isClosed }: { readonly kind: ChunkKind } & Pick<ReachedChunk, "isClosed">): boolean {
  return kind !== 1 && !isClosed;
}
