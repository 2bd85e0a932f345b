import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareBytes, toHex } from "../codec/hex.ts";
import { encodeUtf8 } from "../codec/text.ts";
import type { ChangeListForm, ChangeRow } from "../format/change-list.ts";
import { pathHash } from "../ids/chunk-id.ts";
import { nodePrimitives } from "../primitives/node.ts";
import { ChangeListBuilder } from "../tree/change-list-builder.ts";
import { ChangeListReader } from "../tree/change-list-reader.ts";
import { PageStore } from "../tree/testing/page-store.ts";
import { ChangeHistory, type DocumentState } from "./change-history.ts";

const MERGED_EVERY = 4;
const PATHS = ["a", "b", "c/d"];

/** What a snapshot holds: size by path. */
type Content = ReadonlyMap<string, number>;

interface Snapshot {
  readonly content: Content;
  /** The agent forgot what it knew, and writes a baseline. */
  readonly isCacheLost: boolean;
}

class World {
  readonly store = new PageStore();
  readonly prepared: number[] = [];
  readonly history = new ChangeHistory(new ChangeListReader(this.store.readerOptions), {
    prepare: async (ids) => {
      this.prepared.push(ids.length);
    },
  });

  hashOf(path: string): Uint8Array {
    return pathHash(nodePrimitives, this.store.chunkIdKey, encodeUtf8(path));
  }

  row(path: string, sizeBytes: number | undefined): ChangeRow {
    return {
      pathHash: this.hashOf(path),
      op: sizeBytes === undefined ? "gone" : "present",
      entryType: "file",
      path: encodeUtf8(path),
      sizeBytes: sizeBytes ?? 0,
      mtimeSeconds: 1,
      mtimeNanoseconds: 0,
      contentFingerprint: new Uint8Array(16).fill(sizeBytes ?? 0),
    };
  }

  list(form: ChangeListForm, parentId: Uint8Array | null, rows: readonly ChangeRow[]): Uint8Array {
    const builder = new ChangeListBuilder(this.store.output, { form, parentId });
    for (const row of rows.toSorted((a, b) => compareBytes(a.pathHash, b.pathHash))) builder.add(row);
    return builder.finish();
  }

  /** As an agent does: a baseline first and after a lost cache, a merged list now and then, deltas between. */
  write(snapshots: readonly Snapshot[]): Uint8Array[] {
    const ids: Uint8Array[] = [];
    let last: Content = new Map();
    let [base, parent]: [Uint8Array | null, Uint8Array | null] = [null, null];
    let changed = new Map<string, ChangeRow>();
    let deltas = 0;
    for (const { content, isCacheLost } of snapshots) {
      const rows = PATHS.filter((path) => content.get(path) !== last.get(path)).map((path) =>
        this.row(path, content.get(path)),
      );
      for (const row of rows) changed.set(toHex(row.pathHash), row);
      if (parent === null || isCacheLost) {
        base = parent = this.list(
          "baseline",
          null,
          [...content].map(([path, size]) => this.row(path, size)),
        );
        changed = new Map();
        deltas = 0;
      } else if (++deltas % MERGED_EVERY === 0) {
        base = parent = this.list("merged", base, [...changed.values()]);
        changed = new Map();
      } else parent = this.list("delta", parent, rows);
      ids.push(parent);
      last = content;
    }
    return ids;
  }

  states(ids: readonly Uint8Array[], path: string): Promise<DocumentState[]> {
    return this.history.states(ids, this.hashOf(path));
  }
}

function sizeIn(state: DocumentState): number | undefined {
  if (state instanceof Error) throw state;
  return state?.op === "present" ? state.sizeBytes : undefined;
}

const content = fc
  .record(
    Object.fromEntries(PATHS.map((path) => [path, fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined })])),
  )
  .map(
    (sizes) =>
      new Map(Object.entries(sizes).flatMap(([path, size]) => (size === undefined ? [] : [[path, size] as const]))),
  );
const snapshot = fc.record({ content, isCacheLost: fc.constantFrom(false, false, false, true) });

describe("the history of a path", () => {
  it("is what each snapshot holds, over deltas, merged lists and baselines", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(snapshot, { minLength: 1, maxLength: 24 }), async (snapshots) => {
        const world = new World();
        const ids = world.write(snapshots);
        for (const path of PATHS) {
          const states = await world.states(ids, path);
          expect(states.map(sizeIn)).toEqual(snapshots.map((one) => one.content.get(path)));
        }
      }),
      { numRuns: 100 },
    );
  });

  it("does not miss a change that a merged list has overtaken", async () => {
    const world = new World();
    const sizes = [1, 2, 3, 1, 2, 3, 1, 2];
    const ids = world.write(sizes.map((size) => ({ content: new Map([["a", size]]), isCacheLost: false })));
    expect((await world.states(ids, "a")).map(sizeIn)).toEqual(sizes);
  });

  it("goes on from lists of snapshots that are no longer listed", async () => {
    const world = new World();
    const ids = world.write([1, 1, 2, 2, 2].map((size) => ({ content: new Map([["b", size]]), isCacheLost: false })));
    expect((await world.states(ids.slice(3), "b")).map(sizeIn)).toEqual([2, 2]);
  });

  it("reads no page twice, and asks where many lie at once", async () => {
    const world = new World();
    const ids = world.write(
      Array.from({ length: 200 }, (_, at) => ({
        content: new Map([
          ["a", at],
          ["b", 1],
        ]),
        isCacheLost: false,
      })),
    );
    await world.states(ids, "a");
    const before = world.store.fetchedCount;
    expect((await world.states(ids, "a")).map(sizeIn)).toEqual(ids.map((_, at) => at));
    expect(world.store.fetchedCount).toBe(before);
    expect(Math.max(...world.prepared)).toBeLessThanOrEqual(64);
    expect(world.prepared.length).toBeLessThanOrEqual(8);
  });

  it("names a list that was exchanged, and those that go on from it; others are read", async () => {
    const world = new World();
    const ids = world.write(
      [1, 2, 2, 3].map((size, at) => ({ content: new Map([["a", size]]), isCacheLost: at === 3 })),
    );
    const [first, second] = ids;
    if (!first || !second) throw new Error("no lists");
    world.store.replace(second, { bytes: world.store.pages.get(toHex(first))?.bytes ?? new Uint8Array() });
    const states = await world.states(ids, "a");
    expect(states.map((state) => (state instanceof Error ? "named" : sizeIn(state)))).toEqual([1, "named", "named", 3]);
    expect(states[1]).toMatchObject({ code: "bad_chunk_id" });
  });
});
