import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { compareBytes } from "../codec/hex.ts";
import {
  type ChangeListForm,
  type ChangeListLeafRow,
  type ChangeRow,
  childIdsOfChangeListPage,
  decodeChangeRow,
  encodeChangeListPage,
  encodeChangeRow,
} from "../format/change-list.ts";
import { emitPage, type PageOutput } from "../tree/built-page.ts";

/** Where rows go that would take too much memory; synchronous, local, thrown away after the run. */
export interface RowSpill {
  append(bucket: number, bytes: Uint8Array): void;
  read(bucket: number): Uint8Array;
}

/** A power of two; each bucket holds the path hashes of one range, so that buckets in order are rows in order. */
const BUCKETS = 256;
const MEMORY_LIMIT_BYTES = 4 * 1024 * 1024;
/** Leaves of change lists: small enough to fetch one for one path, large enough that there are few of them. */
const LEAF_ROWS = 512;
const LEAF_BYTES = 128 * 1024;

/** Collects the rows of a change list in any order and writes them sorted by path hash. The last row of a path wins. */
export class ChangeCollector {
  readonly #spill: RowSpill;
  #buckets: (ByteWriter | undefined)[] = [];
  #bytes = 0;
  #hasSpilled = false;

  constructor(spill: RowSpill) {
    this.#spill = spill;
  }

  add(row: ChangeRow): void {
    const bucket = row.pathHash[0] ?? 0;
    const writer = this.#buckets[bucket] ?? new ByteWriter(1024);
    this.#buckets[bucket] = writer;
    const before = writer.position;
    encodeChangeRow(writer, row);
    this.#bytes += writer.position - before;
    if (this.#bytes > MEMORY_LIMIT_BYTES) this.#flush();
  }

  /** The rows of one change list after the other, each as it is encoded, sorted. */
  *rows(): Generator<ChangeRow, void, void> {
    if (this.#hasSpilled) this.#flush();
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const bytes = this.#hasSpilled ? this.#spill.read(bucket) : (this.#buckets[bucket]?.view() ?? new Uint8Array(0));
      yield* sortRows(bytes);
    }
  }

  #flush(): void {
    this.#hasSpilled = true;
    for (const [bucket, writer] of this.#buckets.entries()) {
      if (writer !== undefined && writer.position > 0) this.#spill.append(bucket, writer.view());
    }
    this.#buckets = [];
    this.#bytes = 0;
  }
}

function sortRows(bytes: Uint8Array): ChangeRow[] {
  const reader = new ByteReader(bytes);
  const rows: ChangeRow[] = [];
  while (reader.remaining > 0) rows.push(decodeChangeRow(reader));
  // Sorting is stable, so of equal hashes the one that was added last stands last.
  rows.sort((a, b) => compareBytes(a.pathHash, b.pathHash));
  return rows.filter((row, at) => {
    const next = rows[at + 1];
    return next === undefined || compareBytes(row.pathHash, next.pathHash) !== 0;
  });
}

export interface ChangeListPlan {
  readonly form: ChangeListForm;
  /** Top page of the list that this one continues; null for a baseline. */
  readonly parentId: Uint8Array | null;
}

/** Writes the pages of a change list; returns its top page's id after the last leaf. Pauses after every leaf. */
export function* writeChangeList(
  output: PageOutput,
  rows: Iterable<ChangeRow>,
  plan: ChangeListPlan,
): Generator<void, Uint8Array, void> {
  const leaves: ChangeListLeafRow[] = [];
  let leaf: ChangeRow[] = [];
  let leafBytes = 0;
  for (const row of rows) {
    leaf.push(row);
    leafBytes += row.path.length + 64;
    if (leaf.length < LEAF_ROWS && leafBytes < LEAF_BYTES) continue;
    leaves.push(emitLeaf(output, leaf));
    leaf = [];
    leafBytes = 0;
    yield;
  }
  if (leaf.length > 0) leaves.push(emitLeaf(output, leaf));
  const top = { type: "change-list-top", ...plan, leaves } as const;
  return emitPage(output, 3, encodeChangeListPage(top), childIdsOfChangeListPage(top));
}

function emitLeaf(output: PageOutput, rows: readonly ChangeRow[]): ChangeListLeafRow {
  const firstPathHash = rows[0]?.pathHash ?? new Uint8Array(16);
  const pageId = emitPage(output, 3, encodeChangeListPage({ type: "change-list-leaf", rows }), []);
  return { firstPathHash, pageId };
}
