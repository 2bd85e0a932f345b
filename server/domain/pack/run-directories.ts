import type { PackIndex } from "../../../engine/format/pack-index.ts";
import type { ChunkKind } from "../../../engine/ports/chunk-index.ts";
import type { Store } from "../store/store.ts";

/** Ids kept in all runs together: about 100 bytes each, so 50 MB. What does not fit is asked of the index instead. */
const MAX_IDS = 500_000;

export interface KnownPage {
  readonly kind: ChunkKind;
  readonly childIds: readonly Uint8Array[];
}

/** What one run's own packs hold, as their directories said when they arrived. */
export interface RunDirectory {
  readonly content: Set<string>;
  readonly pages: Map<string, KnownPage>;
  /** Ids of children in all pages. */
  childCount: number;
}

/**
 * The directories of the packs that open runs have put through this process, so that a commit need not read them back.
 * A cache and no more: whatever is absent is found through the index and the zone. The run put last is kept longest.
 */
export class RunDirectories {
  readonly #runs = new Map<string, RunDirectory>();
  readonly #maxIds: number;
  #ids = 0;

  constructor(maxIds = MAX_IDS) {
    this.#maxIds = maxIds;
  }

  add(runId: string, index: PackIndex): void {
    const run = this.#runs.get(runId) ?? emptyDirectory();
    this.#runs.delete(runId);
    this.#runs.set(runId, run);
    const before = countOf(run);
    addDirectory(run, index);
    this.#ids += countOf(run) - before;
    for (const oldest of this.#runs.keys()) {
      if (this.#ids <= this.#maxIds) break;
      this.forget(oldest);
    }
  }

  find(runId: string): RunDirectory | null {
    return this.#runs.get(runId) ?? null;
  }

  forget(runId: string): void {
    const run = this.#runs.get(runId);
    if (!run) return;
    this.#ids -= countOf(run);
    this.#runs.delete(runId);
  }
}

export function emptyDirectory(): RunDirectory {
  return { content: new Set(), pages: new Map(), childCount: 0 };
}

/** Adds the members of one pack; children are copied, so that the pack's own bytes can go. */
export function addDirectory(run: RunDirectory, index: PackIndex): void {
  for (const frame of index.frames) {
    frame.memberIds.forEach((memberId, at) => {
      if (frame.kind === 1) {
        run.content.add(idText(memberId));
        return;
      }
      const childIds = (frame.childLists[at] ?? []).map((childId) => childId.slice());
      run.pages.set(idText(memberId), { kind: frame.kind, childIds });
      run.childCount += childIds.length;
    });
  }
}

/** All 32 bytes of an id as a key of maps and sets: an agent chooses its ids, so no part of one stands for the whole. */
export function idText(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString("latin1");
}

function countOf(run: RunDirectory): number {
  return run.content.size + run.pages.size + run.childCount;
}

const ofStores = new WeakMap<Store, RunDirectories>();

/** One cache for everything that works on the same store in this process. */
export function runDirectoriesOf(store: Store): RunDirectories {
  const known = ofStores.get(store) ?? new RunDirectories();
  ofStores.set(store, known);
  return known;
}
