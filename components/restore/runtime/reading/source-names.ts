import { isBadBytes } from "../../../../engine/codec/format-error.ts";
import type { ChangeListTop } from "../../../../engine/format/change-list.ts";
import { idKey } from "../../../../engine/ids/chunk-id.ts";
import type { ChangeHistory } from "../../../../engine/restore/change-history.ts";
import { RestoreError } from "../../../../engine/restore/restore-error.ts";
import { NameIndex } from "./name-index.ts";
import type { GenuineSnapshot } from "./snapshot-lists.ts";

/** Whoever waits for the worker gets a turn that often. */
const TURN_MS = 30;

/** The names of one source, grown by the change lists of its snapshots as they come. */
export class SourceNames {
  readonly index: NameIndex;
  /** Oldest first; lists have the numbers of their snapshots. */
  readonly snapshots: GenuineSnapshot[] = [];
  /** Lists that did not open, in words. */
  readonly problems: string[] = [];
  readonly #history: ChangeHistory;
  readonly #applied = new Set<string>();

  constructor(history: ChangeHistory, limitBytes: number) {
    this.#history = history;
    this.index = new NameIndex(limitBytes);
  }

  /** Reads the lists of snapshots that came since. @param signal ends it; then what is half read must be thrown away */
  async follow(snapshots: readonly GenuineSnapshot[], signal: AbortSignal): Promise<void> {
    const newest = this.snapshots.at(-1)?.commit ?? -1;
    for (const snapshot of snapshots) {
      if (snapshot.commit <= newest) continue;
      const list = this.snapshots.push(snapshot) - 1;
      try {
        for (const top of await this.#unread(snapshot.header.changeListId)) await this.#apply(top, { list, signal });
      } catch (error) {
        if (!isBadBytes(error) && !(error instanceof RestoreError)) throw error;
        this.problems.push(`The change list of snapshot ${snapshot.snapshotId} cannot be read: ${error.message}`);
      }
    }
  }

  /** A list, and before it those that it goes on from and that no listed snapshot brought. */
  async #unread(topId: Uint8Array): Promise<ChangeListTop[]> {
    const chain: ChangeListTop[] = [];
    for (let next: Uint8Array | null = topId; next !== null && !this.#applied.has(idKey(next)); ) {
      this.#applied.add(idKey(next));
      const top: ChangeListTop = await this.#history.top(next);
      chain.unshift(top);
      next = top.parentId;
    }
    return chain;
  }

  async #apply(top: ChangeListTop, { list, signal }: { list: number; signal: AbortSignal }): Promise<void> {
    this.index.begin(top.form);
    let startedAtMs = performance.now();
    for await (const rows of this.#history.rows(top)) {
      for (const row of rows) this.index.add(row, list);
      if (performance.now() - startedAtMs > TURN_MS) {
        await new Promise((resolve) => setTimeout(resolve));
        startedAtMs = performance.now();
      }
      signal.throwIfAborted();
    }
    this.index.end(list);
  }
}
