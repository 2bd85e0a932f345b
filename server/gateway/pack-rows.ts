import type { PackRow } from "../domain/store/pack-store.ts";
import type { Store } from "../domain/store/store.ts";

/** Ten thousand rows are about 5 MB and 160 GB of packs. */
const MAX_ROWS = 10_000;
/** How stale a row may be: a restore reads many ranges of one pack in a row. */
const MAX_AGE_MS = 5_000;

/** Pack rows just read, so that each range of a pack does not cost a query. */
export class PackRows {
  readonly #store: Store;
  readonly #rows = new Map<string, { readonly row: PackRow; readonly readAtMs: number }>();

  constructor(store: Store) {
    this.#store = store;
  }

  async find(companyId: string, packId: string): Promise<PackRow | null> {
    const key = `${companyId}/${packId}`;
    const known = this.#rows.get(key);
    if (known && Date.now() - known.readAtMs < MAX_AGE_MS) return known.row;
    this.#rows.delete(key);
    const row = await this.#store.findPack(companyId, packId);
    if (row === null) return null;
    this.#rows.set(key, { row, readAtMs: Date.now() });
    const oldest = this.#rows.keys().next();
    if (this.#rows.size > MAX_ROWS && !oldest.done) this.#rows.delete(oldest.value);
    return row;
  }

  /** After a copy turned out to be somewhere else than the row says. */
  forget(companyId: string, packId: string): void {
    this.#rows.delete(`${companyId}/${packId}`);
  }
}
