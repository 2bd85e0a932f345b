/**
 * Rows on their way into index pages, in as many levels as needed: a level that holds more than `rowsLimit` rows becomes
 * one page and one row of the level above. Memory stays at one page per level.
 */
export class IndexLevels<Row> {
  readonly #levels: Row[][] = [[]];
  readonly #rowsLimit: number;
  readonly #emitIndex: (rows: readonly Row[]) => Row;

  /** @param emitIndex stores one index page of these rows and returns the row that stands for it */
  constructor(rowsLimit: number, emitIndex: (rows: readonly Row[]) => Row) {
    this.#rowsLimit = rowsLimit;
    this.#emitIndex = emitIndex;
  }

  add(row: Row): void {
    this.#addAt(0, row);
  }

  /** The one row that stands for all; null when none was added. */
  finish(): Row | null {
    for (let level = 0; ; level++) {
      const rows = this.#levels[level] ?? [];
      const isTop = level + 1 >= this.#levels.length;
      if (isTop && rows.length <= 1) return rows[0] ?? null;
      if (rows.length > 0) this.#addAt(level + 1, this.#emitIndex(rows));
    }
  }

  // A full level is emitted only when one more row arrives: exactly `rowsLimit` rows need no level above them.
  #addAt(level: number, row: Row): void {
    const rows = this.#levels[level];
    if (rows === undefined) {
      this.#levels[level] = [row];
      return;
    }
    if (rows.length === this.#rowsLimit) {
      this.#levels[level] = [row];
      this.#addAt(level + 1, this.#emitIndex(rows));
      return;
    }
    rows.push(row);
  }
}
