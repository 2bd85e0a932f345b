import type { BigIntStats } from "node:fs";
import type { FolderRecord, LeafRecord } from "../../../engine/backup/cache-record.ts";
import type { Gap } from "../../../engine/ports/source.ts";
import {
  entryType,
  joinPath,
  listNames,
  openFolder,
  type SystemPath,
  statPath,
  systemCode,
} from "../../platform/posix-read.ts";
import type { CacheCursor } from "./cache-cursor.ts";
import type { IsExcluded } from "./excludes.ts";
import { isFingerprintOf } from "./fingerprint.ts";
import { isPseudoFolder } from "./pseudo-file-systems.ts";
import type { SelectionNode } from "./selection.ts";
import type { WalkEvent } from "./walk-events.ts";

export interface WalkInput {
  readonly selection: SelectionNode;
  readonly isExcluded?: IsExcluded | undefined;
  /** A folder that is never entered: the agent's own cache, which changes while it is read. */
  readonly ownFolder?: { readonly dev: bigint; readonly ino: bigint } | undefined;
  readonly cache?: CacheCursor | undefined;
  /**
   * True when the last run visited the same names of every folder. Then a folder that nobody touched since is not
   * listed again: its names are those of the cache.
   */
  readonly isSameSelection?: boolean;
  /** Where the walk begins; another folder than "/" only in tests. */
  readonly root?: SystemPath;
}

interface Frame {
  /** How the system reaches the folder; short, even where its path is longer than the system takes. */
  readonly reach: SystemPath;
  /** Its path in the snapshot, without a leading slash. */
  readonly path: Uint8Array;
  readonly dev: bigint | undefined;
  /** Undefined when the folder did not change: then the names are those of the cache. */
  readonly names: readonly Buffer[] | undefined;
  readonly nodes: ReadonlyMap<string, SelectionNode> | undefined;
  readonly fd: number | undefined;
  readonly isCached: boolean;
  at: number;
  hasLost: boolean;
}

/** Linux takes paths of 4,095 bytes; from this length on a folder is reached through its descriptor. */
const REACH_LIMIT_BYTES = 3_700;
/** FORMAT.md: the longest path that a snapshot holds. */
const PATH_LIMIT_BYTES = 65_536;

/**
 * Walks what was selected, depth first, names in bytewise order, beside the records of the last run. Synchronous,
 * because that costs a tenth of asynchronous calls; whoever takes the events decides when to go on.
 */
export function* walk(input: WalkInput): Generator<WalkEvent, void, void> {
  const stack: Frame[] = [];
  const reach = input.root ?? Buffer.from("/");
  const root = { reach, path: new Uint8Array(0), node: input.selection, isCached: true, isSame: false };
  const { frame: first, gap } = openFrame(input, root);
  if (gap !== undefined) yield { kind: "gap", gap, name: undefined };
  stack.push(first);
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const name = nextName(frame, input.cache);
    if (name === undefined) {
      yield* lose(frame, input.cache, undefined);
      const cachedEnd = frame.isCached ? input.cache?.takeEnd() : undefined;
      stack.pop();
      yield { kind: "close", cachedEnd, hasLost: frame.hasLost, fd: frame.fd };
    } else {
      yield* visit(stack, input, frame, name);
    }
  }
}

function nextName(frame: Frame, cache: CacheCursor | undefined): Buffer | undefined {
  if (frame.names !== undefined) return frame.names[frame.at++];
  const name = cache?.peek()?.name;
  return name && Buffer.from(name.buffer, name.byteOffset, name.length);
}

function* visit(stack: Frame[], input: WalkInput, frame: Frame, name: Buffer): Generator<WalkEvent, void, void> {
  const path = joinPath(frame.reach, name);
  const stat = statOrGap(path);
  const type = stat === undefined || "failure" in stat ? undefined : entryType(Number(stat.mode));
  if (stat === undefined || "failure" in stat || type === undefined || isLeftOut(input, frame, name, stat)) {
    yield* lose(frame, input.cache, name);
    if (isNext(frame, input.cache, name)) yield* loseOne(frame, input.cache);
    if (stat !== undefined && "failure" in stat) yield gapAt(frame, name, stat.failure);
    return;
  }
  yield* lose(frame, input.cache, name);
  const record = takeRecord(frame, input.cache, name, type === "folder");
  if (record === "other-kind") yield* loseOne(frame, input.cache);
  const cached = record === "other-kind" ? undefined : record;
  if (cached !== undefined) input.cache?.step();
  const isSame = cached !== undefined && isFingerprintOf(cached.fingerprint, stat);
  if (type !== "folder") {
    yield { kind: "leaf", name, path, stat, isSame, cached: cached?.kind === "leaf" ? cached : undefined };
    return;
  }
  const cachedFolder = cached?.kind === "folder" ? cached : undefined;
  const node = frame.nodes?.get(name.toString("latin1"));
  const where = { reach: path, path: below(frame.path, name), node, isCached: cachedFolder !== undefined, isSame };
  const opened = openFrame(input, { ...where, stat, parentDev: frame.dev });
  const isListed = opened.gap === undefined;
  yield { kind: "open", name, path, stat, isSame: isSame && isListed, isListed, cached: cachedFolder };
  if (opened.gap !== undefined) yield { kind: "gap", gap: opened.gap, name: undefined };
  stack.push(opened.frame);
}

interface FolderPlace {
  readonly reach: SystemPath;
  readonly path: Uint8Array;
  /** Undefined below a path that is taken whole. */
  readonly node: SelectionNode | undefined;
  readonly isCached: boolean;
  /** Nobody touched the folder itself since the last run. */
  readonly isSame: boolean;
  readonly stat?: BigIntStats;
  readonly parentDev?: bigint | undefined;
}

/** Lists a folder, unless its names are known from the last run; a folder that cannot be listed counts as empty. */
function openFrame(input: WalkInput, at: FolderPlace): { readonly frame: Frame; readonly gap?: Gap } {
  const isCached = at.isCached && input.cache !== undefined;
  const frame = { path: at.path, dev: at.stat?.dev, isCached, at: 0, hasLost: false };
  const isPseudo = at.parentDev !== undefined && at.parentDev !== at.stat?.dev && isPseudoFolder(at.reach);
  try {
    const { reach, fd } = shorten(at.reach, at.path);
    const nodes = at.node === undefined || at.node.isWhole ? undefined : at.node.children;
    const isKnown = at.isSame && isCached && nodes === undefined && input.isSameSelection === true;
    const names = isKnown ? undefined : isPseudo ? [] : (nodes?.map(([name]) => name) ?? listNames(reach));
    const byName = nodes && new Map(nodes.map(([name, node]) => [name.toString("latin1"), node]));
    return { frame: { ...frame, reach, fd, names, nodes: byName } };
  } catch (error) {
    const empty = { ...frame, reach: at.reach, fd: undefined, names: [], nodes: undefined, hasLost: true };
    return { frame: empty, gap: toGap(at.path, error) };
  }
}

/** Opens the folder where paths below it would become too long. @throws the system's error; `name-too-long` */
function shorten(reach: SystemPath, path: Uint8Array): { reach: SystemPath; fd: number | undefined } {
  if (path.length > PATH_LIMIT_BYTES - 256) throw tooLong(`a path may have at most ${PATH_LIMIT_BYTES} bytes`);
  if (reach.length <= REACH_LIMIT_BYTES) return { reach, fd: undefined };
  if (process.platform !== "linux") throw tooLong("this system takes no path of this length");
  const fd = openFolder(reach);
  return { reach: Buffer.from(`/proc/self/fd/${fd}`), fd };
}

function tooLong(message: string): Error {
  return Object.assign(new Error(message), { code: "ENAMETOOLONG" });
}

function isLeftOut(input: WalkInput, frame: Frame, name: Buffer, stat: BigIntStats): boolean {
  const own = input.ownFolder;
  if (own !== undefined && own.ino === stat.ino && own.dev === stat.dev) return true;
  return input.isExcluded?.(below(frame.path, name), stat.isDirectory()) ?? false;
}

function isNext(frame: Frame, cache: CacheCursor | undefined, name: Buffer): boolean {
  const head = frame.isCached ? cache?.peek() : undefined;
  return head !== undefined && name.equals(head.name);
}

/** The cached record of this name; "other-kind" when the name was a folder and is none now, or the other way. */
function takeRecord(
  frame: Frame,
  cache: CacheCursor | undefined,
  name: Buffer,
  isFolder: boolean,
): LeafRecord | FolderRecord | "other-kind" | undefined {
  const head = frame.isCached ? cache?.peek() : undefined;
  if (head === undefined || !name.equals(head.name)) return undefined;
  if (head.kind !== "missing") return (head.kind === "folder") === isFolder ? head : "other-kind";
  cache?.step();
  return undefined;
}

/** Steps over what the cache lists before `name` (undefined: to the folder's end): it is gone. */
function* lose(frame: Frame, cache: CacheCursor | undefined, name: Buffer | undefined): Generator<WalkEvent> {
  if (!frame.isCached || cache === undefined) return;
  for (let head = cache.peek(); head !== undefined; head = cache.peek()) {
    if (name !== undefined && Buffer.compare(head.name, name) >= 0) return;
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
  return folder.length === 0 ? name : joinPath(Buffer.from(folder.buffer, folder.byteOffset, folder.length), name);
}

function statOrGap(path: SystemPath): BigIntStats | { failure: unknown } | undefined {
  try {
    return statPath(path);
  } catch (error) {
    // Removed since the folder was listed: as if it had been removed just before.
    if (systemCode(error) === "ENOENT") return undefined;
    return { failure: error };
  }
}

function gapAt(frame: Frame, name: Uint8Array, error: unknown): WalkEvent {
  return { kind: "gap", gap: toGap(below(frame.path, name), error), name };
}

/** The system's message ends with the path as text; the gap carries it as bytes, so only the code is kept. */
export function toGap(path: Uint8Array, error: unknown): Gap {
  const code = systemCode(error);
  if (code === "EACCES" || code === "EPERM") return { path, reason: "unreadable", detail: code };
  if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") return { path, reason: "vanished", detail: code };
  if (code === "ENAMETOOLONG") return { path, reason: "name-too-long", detail: code };
  return { path, reason: "io-error", detail: code };
}
