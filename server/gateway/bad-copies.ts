import type { Store } from "../domain/store/store.ts";
import type { CopyName } from "../domain/store/zone-store.ts";
import type { Logger } from "../platform/log.ts";
import type { PackRows } from "./pack-rows.ts";

/** Marks under way at a time. What is beyond is noticed again by the next read of the same copy. */
const MAX_MARKS = 64;

export interface BadCopy {
  readonly companyId: string;
  readonly zoneId: string;
  readonly name: CopyName;
  readonly code: string;
}

export interface BadCopiesOptions {
  readonly store: Store;
  readonly packRows: PackRows;
  readonly log: Logger;
}

/**
 * Copies that the gateway itself found bad or absent while it served a good one: they become suspect, the worker checks and heals them.
 * Marked beside the request, which does not wait for it.
 */
export class BadCopies {
  readonly #options: BadCopiesOptions;
  readonly #marks = new Map<string, Promise<void>>();

  constructor(options: BadCopiesOptions) {
    this.#options = options;
  }

  note(copy: BadCopy): void {
    const name = "packId" in copy.name ? copy.name.packId : copy.name.objectKey;
    const key = `${copy.companyId}/${copy.zoneId}/${name}`;
    if (this.#marks.has(key) || this.#marks.size >= MAX_MARKS) return;
    this.#marks.set(
      key,
      this.#mark(copy).finally(() => this.#marks.delete(key)),
    );
  }

  /** Resolves when nothing is being marked. */
  async settled(): Promise<void> {
    await Promise.all(this.#marks.values());
  }

  async #mark({ companyId, zoneId, name, code }: BadCopy): Promise<void> {
    const { store, packRows, log } = this.#options;
    try {
      await store.markCopy(companyId, zoneId, { ...name, state: "suspect", code });
      if ("packId" in name) packRows.forget(companyId, name.packId);
      log.warn({ companyId, zoneId, ...name, code }, "a copy is bad; it will be checked");
    } catch (error) {
      log.warn(
        { companyId, zoneId, ...name, err: error },
        "a bad copy could not be marked; the next read notices it again",
      );
    }
  }
}
