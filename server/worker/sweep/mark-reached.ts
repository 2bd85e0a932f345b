import { concatBytes, toHex } from "../../../engine/codec/hex.ts";
import { ID_SIZE_BYTES } from "../../../engine/ids/chunk-id.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import { idText } from "../../domain/pack/run-directories.ts";
import { MAX_BATCH_IDS } from "../../domain/store/store.ts";
import type { MachinePage, MarkLease, OpenPage, SnapshotRoots } from "../../domain/store/sweep-store.ts";
import { type ChildIds, PageDirectories } from "./page-directories.ts";

/** Snapshots whose roots are marked at a time. */
const BATCH_SNAPSHOTS = 500;
/** Pages entered at a time: what a crash has to do again. */
const BATCH_PAGES = 500;

/** Why the marking cannot be completed now. Nothing is deleted while it is so. */
export interface MarkProblem {
  /** `page_unreadable`: no zone has a good copy. `id_lacking`: a snapshot reaches what no pack holds. `zone_away`: later it may be readable. */
  readonly code: "page_unreadable" | "id_lacking" | "zone_away";
  /** Ids and nothing else. */
  readonly detail: string;
}

export type MarkProgress =
  | { readonly kind: "more"; readonly after: number }
  | { readonly kind: "done" }
  | { readonly kind: "lease_lost" }
  | { readonly kind: "stuck"; readonly problem: MarkProblem };

export interface MarkerOptions {
  readonly deps: Pick<DomainDeps, "store" | "zones" | "primitives">;
  readonly companyId: string;
  readonly lease: MarkLease;
  /** For freezing: frames that the archive has are passed over; see `MarkIds`. */
  readonly exceptArchived?: boolean;
}

/**
 * [Note: The marking]
 *
 * What may be deleted is what no snapshot reaches. The marking begins at the roots of all snapshots and follows the clear child lists of the
 * packs' directories, as the closure walk of a commit does, but for all machines and without what is closed. What is marked stands in the database:
 * pages by machine, because another machine's copy of a page could lie about its children, and packs by number, every one that holds a reached id.
 * So memory holds the directories of a few packs and one batch, whatever the size, and a step that broke off goes on where it was.
 *
 * A page counts as entered only after all its children are marked; what breaks off in between is marked again. What cannot be read, and an id that no pack
 * holds, end the marking: below it nobody knows what is reached.
 */
export class Marker {
  readonly #options: MarkerOptions;
  readonly #directories: PageDirectories;

  constructor(options: MarkerOptions) {
    this.#options = options;
    this.#directories = new PageDirectories(options);
  }

  /** Marks where the next snapshots begin; `done` when every snapshot's roots are marked. */
  async markRoots(after: number): Promise<MarkProgress> {
    const { deps, companyId, lease } = this.#options;
    const snapshots = await deps.store.listUnmarkedRoots(companyId, lease, { after, limit: BATCH_SNAPSHOTS });
    const failed = await this.markSnapshots(snapshots);
    const last = snapshots.at(-1);
    return failed ?? (last ? { kind: "more", after: last.commit } : { kind: "done" });
  }

  /** Marks where these snapshots begin; null when that is done. */
  async markSnapshots(snapshots: readonly SnapshotRoots[]): Promise<MarkProgress | null> {
    const { deps, companyId, lease, exceptArchived = false } = this.#options;
    for (const roots of byMachine(snapshots)) {
      const outcome = await deps.store.markIds(companyId, lease, { ...roots, arePages: true, exceptArchived });
      if (outcome.kind === "lease_lost") return outcome;
      const [lacking] = outcome.lacking;
      if (lacking) return stuck("id_lacking", `root ${toHex(lacking)} of machine ${roots.machineId}`);
    }
    return null;
  }

  /** Enters the next pages; `done` when none is left, and so everything that these snapshots reach is marked. */
  async enterPages(): Promise<MarkProgress> {
    const { deps, companyId, lease } = this.#options;
    const pages = await deps.store.listUnenteredPages(companyId, lease.jobName, BATCH_PAGES);
    if (pages.length === 0) return { kind: "done" };
    const batches = new ChildBatches();
    for (const page of pages) {
      const children = await this.#childrenOf(page);
      if (typeof children === "string")
        return stuck(children, `page ${toHex(page.pageId)} of machine ${page.machineId}`);
      batches.add(page, children);
      const failed = await this.#markChildren(batches.takeFull());
      if (failed) return failed;
    }
    const failed = await this.#markChildren(batches.takeAll());
    if (failed) return failed;
    return (await deps.store.enterPages(companyId, lease, pages)) ? { kind: "more", after: 0 } : { kind: "lease_lost" };
  }

  /** From the pack that was noted, else from any other of that machine's. */
  async #childrenOf(page: OpenPage): Promise<ChildIds | MarkProblem["code"]> {
    const { deps, companyId, lease } = this.#options;
    const first = await this.#directories.find(page.packId, page.pageId);
    if (first instanceof Uint8Array) return first;
    let isZoneAway = first === "zone_away";
    for (const packId of await deps.store.listPageCopies(companyId, lease.tier, page)) {
      if (packId === page.packId) continue;
      const found = await this.#directories.find(packId, page.pageId);
      if (found instanceof Uint8Array) return found;
      isZoneAway ||= found === "zone_away";
    }
    return isZoneAway ? "zone_away" : "page_unreadable";
  }

  async #markChildren(batches: readonly ChildBatch[]): Promise<MarkProgress | null> {
    const { deps, companyId, lease, exceptArchived = false } = this.#options;
    for (const batch of batches) {
      const { machineId } = batch;
      const outcome = await deps.store.markIds(companyId, lease, { ...batch, arePages: false, exceptArchived });
      if (outcome.kind === "lease_lost") return outcome;
      const [lacking] = outcome.lacking;
      if (lacking) return stuck("id_lacking", `${toHex(lacking)} below a page of machine ${machineId}`);
    }
    return null;
  }
}

function stuck(code: MarkProblem["code"], detail: string): MarkProgress {
  return { kind: "stuck", problem: { code, detail } };
}

interface ChildBatch {
  readonly machineId: string;
  readonly scope: number;
  readonly ids: Uint8Array;
}

/** Children of several pages of one machine, each once, in batches that one call takes. */
class ChildBatches {
  readonly #open = new Map<string, { machineId: string; scope: number; seen: Set<string>; ids: Uint8Array[] }>();
  #full: ChildBatch[] = [];

  add({ machineId, scope }: MachinePage, children: ChildIds): void {
    const key = `${machineId}/${scope}`;
    for (let at = 0; at < children.length; at += ID_SIZE_BYTES) {
      const batch = this.#open.get(key) ?? { machineId, scope, seen: new Set<string>(), ids: [] };
      this.#open.set(key, batch);
      const id = children.subarray(at, at + ID_SIZE_BYTES);
      const text = idText(id);
      if (batch.seen.has(text)) continue;
      batch.seen.add(text);
      batch.ids.push(id);
      if (batch.ids.length === MAX_BATCH_IDS) this.#close(key);
    }
  }

  takeFull(): ChildBatch[] {
    const full = this.#full;
    this.#full = [];
    return full;
  }

  takeAll(): ChildBatch[] {
    for (const key of [...this.#open.keys()]) this.#close(key);
    return this.takeFull();
  }

  #close(key: string): void {
    const batch = this.#open.get(key);
    if (!batch) return;
    this.#open.delete(key);
    this.#full.push({ machineId: batch.machineId, scope: batch.scope, ids: concatBytes(...batch.ids) });
  }
}

/** Roots of the same machine and scope together. */
function byMachine(snapshots: readonly SnapshotRoots[]): ChildBatch[] {
  const batches = new ChildBatches();
  for (const { machineId, scope, topPageId, changeListId } of snapshots) {
    const page = { machineId, scope, pageId: topPageId };
    batches.add(page, concatBytes(topPageId, changeListId));
  }
  return batches.takeAll();
}
