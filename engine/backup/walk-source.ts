import { compareBytes, concatBytes } from "../codec/hex.ts";
import { NAME_LIMIT_BYTES, PATH_LIMIT_BYTES } from "../format/limits.ts";
import type { Gap, Source, SourceFolder, SourceObject } from "../ports/source.ts";
import { SourceError } from "../ports/source-error.ts";
import type { CacheCursor } from "./cache-cursor.ts";
import type { FolderRecord, LeafRecord } from "./cache-record.ts";
import type { WalkEvent } from "./walk-events.ts";

interface Frame {
  /** Its path in the snapshot, without a leading slash. */
  readonly path: Uint8Array;
  /** Undefined when it could not be opened or listed: then it counts as empty. */
  readonly folder: SourceFolder | undefined;
  /** Undefined when the folder did not change: then the names are those of the cache. */
  readonly names: readonly Uint8Array[] | undefined;
  readonly isCached: boolean;
  at: number;
  hasLost: boolean;
}

/** Of a folder that is entered: whatever is below it then fits into the format. */
const FOLDER_PATH_LIMIT_BYTES = PATH_LIMIT_BYTES - NAME_LIMIT_BYTES - 1;
const NO_PATH = new Uint8Array(0);
const SLASH = Uint8Array.of(0x2f);

/**
 * Walks a source, depth first, names in bytewise order, beside the records of its last run. Synchronous: whoever takes
 * the events decides when to go on, and closes each folder with its last event.
 */
export function* walkSource(source: Source, cache?: CacheCursor): Generator<WalkEvent, void, void> {
  const stack: Frame[] = [];
  const top = { path: NO_PATH, isCached: cache !== undefined, isSame: false };
  const { frame: first, gap } = openFrame(() => source.openTop(), top);
  if (gap !== undefined) yield { kind: "gap", gap, name: undefined };
  stack.push(first);
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const name = nextName(frame, cache);
    if (name === undefined) {
      yield* lose(frame, cache, undefined);
      const cachedEnd = frame.isCached ? cache?.takeEnd() : undefined;
      stack.pop();
      yield { kind: "close", cachedEnd, hasLost: frame.hasLost, folder: frame.folder };
    } else {
      yield* visit(stack, cache, frame, name);
    }
  }
}

function nextName(frame: Frame, cache: CacheCursor | undefined): Uint8Array | undefined {
  return frame.names === undefined ? cache?.peek()?.name : frame.names[frame.at++];
}

function* visit(
  stack: Frame[],
  cache: CacheCursor | undefined,
  frame: Frame,
  name: Uint8Array,
): Generator<WalkEvent, void, void> {
  const object = findOrGap(frame, name);
  yield* lose(frame, cache, name);
  // Removed since the folder was listed is as if it had been removed just before.
  if (object === undefined || "reason" in object) {
    if (isNext(frame, cache, name)) yield* loseOne(frame, cache);
    if (object !== undefined) yield { kind: "gap", gap: object, name };
    return;
  }
  const record = takeRecord(frame, cache, name, object.type === "folder");
  if (record === "other-kind") yield* loseOne(frame, cache);
  const cached = record === "other-kind" ? undefined : record;
  if (cached !== undefined) cache?.step();
  const isSame = cached !== undefined && object.hasFingerprint(cached.fingerprint);
  if (object.type !== "folder") {
    yield { kind: "leaf", name, object, isSame, cached: cached?.kind === "leaf" ? cached : undefined };
    return;
  }
  const cachedFolder = cached?.kind === "folder" ? cached : undefined;
  const place = { path: below(frame.path, name), isCached: cachedFolder !== undefined, isSame };
  const opened = openFrame(() => object.openFolder(), place);
  const isListed = opened.gap === undefined;
  yield { kind: "open", name, object, isSame: isSame && isListed, isListed, cached: cachedFolder };
  if (opened.gap !== undefined) yield { kind: "gap", gap: opened.gap, name: undefined };
  stack.push(opened.frame);
}

interface FolderPlace {
  readonly path: Uint8Array;
  readonly isCached: boolean;
  /** Nobody touched the folder itself since the last run. */
  readonly isSame: boolean;
}

/** Lists a folder, unless its names are known from the last run; a folder that cannot be listed counts as empty. */
function openFrame(open: () => SourceFolder, at: FolderPlace): { readonly frame: Frame; readonly gap?: Gap } {
  const { path, isCached, isSame } = at;
  let folder: SourceFolder | undefined;
  try {
    if (path.length > FOLDER_PATH_LIMIT_BYTES) throw new SourceError("name-too-long", "ENAMETOOLONG");
    folder = open();
    const names = isSame && isCached && folder.hasProvenNames ? undefined : folder.list();
    return { frame: { path, folder, names, isCached, at: 0, hasLost: false } };
  } catch (error) {
    folder?.close();
    const gap = gapOf(path, error);
    return { frame: { path, folder: undefined, names: [], isCached, at: 0, hasLost: true }, gap };
  }
}

function isNext(frame: Frame, cache: CacheCursor | undefined, name: Uint8Array): boolean {
  const head = frame.isCached ? cache?.peek() : undefined;
  return head !== undefined && compareBytes(name, head.name) === 0;
}

/** The cached record of this name; "other-kind" when the name was a folder and is none now, or the other way. */
function takeRecord(
  frame: Frame,
  cache: CacheCursor | undefined,
  name: Uint8Array,
  isFolder: boolean,
): LeafRecord | FolderRecord | "other-kind" | undefined {
  const head = frame.isCached ? cache?.peek() : undefined;
  if (head === undefined || compareBytes(name, head.name) !== 0) return undefined;
  if (head.kind !== "missing") return (head.kind === "folder") === isFolder ? head : "other-kind";
  cache?.step();
  return undefined;
}

/** Steps over what the cache lists before `name` (undefined: to the folder's end): it is gone. */
function* lose(frame: Frame, cache: CacheCursor | undefined, name: Uint8Array | undefined): Generator<WalkEvent> {
  if (!frame.isCached || cache === undefined) return;
  for (let head = cache.peek(); head !== undefined; head = cache.peek()) {
    if (name !== undefined && compareBytes(head.name, name) >= 0) return;
    yield* loseOne(frame, cache);
  }
}

function* loseOne(frame: Frame, cache: CacheCursor | undefined): Generator<WalkEvent> {
  frame.hasLost = true;
  const paths = [frame.path];
  if (cache === undefined) return;
  do {
    const head = cache.peek();
    if (head === undefined) {
      // The end of a lost folder, or of a cache that was cut short.
      if (cache.takeEnd() === undefined) return;
      paths.pop();
      continue;
    }
    const path = below(paths.at(-1) ?? frame.path, head.name);
    cache.step();
    if (head.kind === "folder") paths.push(path);
    if (head.kind !== "missing") {
      yield { kind: "vanished", path, isFolder: head.kind === "folder", entry: head.entry };
    }
  } while (paths.length > 1);
}

function below(folder: Uint8Array, name: Uint8Array): Uint8Array {
  return folder.length === 0 ? name : concatBytes(folder, SLASH, name);
}

function findOrGap(frame: Frame, name: Uint8Array): SourceObject | Gap | undefined {
  try {
    return frame.folder?.find(name);
  } catch (error) {
    return gapOf(below(frame.path, name), error);
  }
}

/** What a source failed with, as a gap. @throws anything else: a fault of the program is never a gap */
export function gapOf(path: Uint8Array, error: unknown): Gap {
  if (!(error instanceof SourceError)) throw error;
  return { path, reason: error.code, detail: error.detail };
}
