import { join } from "node:path";
import { CacheCursor } from "../../engine/backup/cache-cursor.ts";
import type { ChangeListPlan } from "../../engine/backup/change-collector.ts";
import { concatBytes } from "../../engine/codec/hex.ts";
import { encodeUtf8 } from "../../engine/codec/text.ts";
import type { ChangeRow } from "../../engine/format/change-list.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import type { StateFolder } from "../state/state-folder.ts";
import { CacheWriter, type OpenCache, openCache } from "./cache-file.ts";
import { CHANGES_LIMIT_BYTES, ChangesAppender, hasChanges, readChanges, SpillFiles } from "./change-files.ts";

/** Every so many runs a merged list carries all changes since the last one, so that no reader follows long chains. */
const MERGED_EVERY = 32;

export interface SourceCacheInput {
  readonly state: StateFolder;
  readonly sourceId: string;
  /** What the cache depends on: another company, scope, zone or key makes it worthless. */
  readonly place: { readonly companyId: string; readonly scope: number; readonly zoneId: string };
  readonly chunkIdKey: Uint8Array;
  /** What is visited: as long as it is the same, folders that nobody touched need not be listed again. */
  readonly paths: readonly Uint8Array[];
  readonly excludes: readonly string[];
  /** True when the server lacks what the cache counts on: everything is read again. */
  readonly isVoid: boolean;
}

/** The cache of one source during one run: the last one to read, the next one to write. */
export class SourceCache {
  readonly plan: ChangeListPlan;
  readonly earlierChanges: readonly ChangeRow[];
  readonly spill: SpillFiles;
  readonly writer: CacheWriter;
  readonly changes = new ChangesAppender();
  readonly #last: OpenCache | undefined;
  readonly #key: Uint8Array;
  readonly #selectionKey: Uint8Array;
  readonly #changesPath: string;

  constructor(input: SourceCacheInput) {
    const { state, sourceId, place, chunkIdKey, isVoid } = input;
    const path = join(state.cache, sourceId);
    const { companyId, scope, zoneId } = place;
    const named = encodeUtf8(`holdfast/cache ${companyId} ${scope} ${zoneId} ${sourceId} `);
    this.#key = nodePrimitives.sha256(concatBytes(named, chunkIdKey));
    this.#selectionKey = selectionKeyOf(input);
    this.#changesPath = `${path}.changes`;
    this.spill = new SpillFiles(`${path}.tmp`);
    this.#last = isVoid ? undefined : openCache(path, this.#key);
    const planned = this.#planChangeList();
    this.plan = planned.plan;
    this.earlierChanges = planned.rows;
    this.writer = new CacheWriter(path);
  }

  /** Reads the last run's records; undefined when there are none. */
  cursor(): CacheCursor | undefined {
    return this.#last === undefined ? undefined : new CacheCursor(this.#last);
  }

  /** True when the last run visited the same paths with the same excludes. */
  get isSameSelection(): boolean {
    return this.#last !== undefined && nodePrimitives.isEqual(this.#last.state.selectionKey, this.#selectionKey);
  }

  /** Files and bytes of the last run, for an estimate of how much is to come. */
  get expected(): { readonly files: number; readonly bytes: number } | undefined {
    return this.#last?.state;
  }

  /** The snapshot is committed: what was written becomes the cache. */
  commit(changeListId: Uint8Array, counts: { readonly files: number; readonly bytes: number }): void {
    const last = this.#last?.state;
    const isDelta = this.plan.form === "delta" && last !== undefined;
    const changesBytes = isDelta ? this.changes.commit(this.#changesPath, last.changesBytes) : 0;
    this.writer.commit(this.#key, {
      changeListId,
      mergeBaseId: isDelta ? last.mergeBaseId : changeListId,
      deltas: isDelta ? last.deltas + 1 : 0,
      changesBytes,
      files: counts.files,
      bytes: counts.bytes,
      selectionKey: this.#selectionKey,
    });
  }

  /** Always called at the end; leaves the last cache in place unless `commit` was called. */
  close(): void {
    this.writer.discard();
    this.#last?.close();
    this.spill.remove();
  }

  #planChangeList(): { readonly plan: ChangeListPlan; readonly rows: readonly ChangeRow[] } {
    const baseline = { plan: { form: "baseline", parentId: null }, rows: [] } as const;
    const last = this.#last?.state;
    if (last === undefined || last.changesBytes >= CHANGES_LIMIT_BYTES) return baseline;
    if (!hasChanges(this.#changesPath, last.changesBytes)) return baseline;
    if (last.deltas + 1 < MERGED_EVERY) {
      return { plan: { form: "delta", parentId: last.changeListId }, rows: [] };
    }
    const rows = readChanges(this.#changesPath, last.changesBytes);
    return rows === undefined ? baseline : { plan: { form: "merged", parentId: last.mergeBaseId }, rows };
  }
}

function selectionKeyOf({ paths, excludes }: SourceCacheInput): Uint8Array {
  const texts = [...paths.map((path) => Buffer.from(path).toString("base64")), "|", ...excludes];
  return nodePrimitives.sha256(encodeUtf8(JSON.stringify(texts)));
}
