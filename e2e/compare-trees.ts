import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from "node:fs";
import { getAttributeSync, listAttributesSync } from "@napi-rs/xattr";

export interface CompareOptions {
  /** What a ZIP can hold: content, names, modes, symlinks and times to 2 s. */
  readonly isZip?: boolean;
  /** What the ZIP's report lists; whatever it does not list has to be there as it was. */
  readonly zipLosses?: readonly ZipLossLine[];
  /** Whether owners can be restored: only root can give files away. */
  readonly hasOwners?: boolean;
}

export interface ZipLossLine {
  readonly zipLoss: string;
  readonly path: string;
  readonly pathBase64?: string;
  /** Name in the archive, of the whole path. */
  readonly writtenAs?: string;
}

interface Walk {
  readonly options: CompareOptions;
  readonly losses: ReadonlyMap<string, readonly ZipLossLine[]>;
  readonly differences: string[];
  /** Source inode -> restored inode, to see that names of one file stay names of one file. */
  readonly links: Map<string, string>;
}

const block = Buffer.alloc(1 << 20);

function contentHash(path: Buffer): string {
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  try {
    for (let size = readSync(file, block); size > 0; size = readSync(file, block)) hash.update(block.subarray(0, size));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

function xattrsOf(path: Buffer): string {
  const text = path.toString();
  if (!Buffer.from(text).equals(path)) return ""; // the library takes text only; names that are not UTF-8 carry no xattrs in our trees
  try {
    return listAttributesSync(text)
      .sort()
      .map((name) => `${name}=${getAttributeSync(text, name)?.toString("hex")}`)
      .join(",");
  } catch {
    return "";
  }
}

function kindOf(stat: BigIntStats): string {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "folder";
  if (stat.isSymbolicLink()) return "symlink";
  if (stat.isFIFO()) return "fifo";
  return stat.isSocket() ? "socket" : "device";
}

const join = (folder: Buffer, name: Buffer) => Buffer.concat([folder, Buffer.from("/"), name]);
const namesIn = (folder: Buffer) => readdirSync(folder, { encoding: "buffer" }).sort(Buffer.compare);

function compareTimes(walk: Walk, where: string, a: BigIntStats, b: BigIntStats): void {
  const apart = a.mtimeNs > b.mtimeNs ? a.mtimeNs - b.mtimeNs : b.mtimeNs - a.mtimeNs;
  const isKept = kindOf(a) === "file" && !hasLoss(walk, where, "time-out-of-range");
  const isFine = walk.options.isZip ? !isKept || apart <= 2_000_000_000n : apart === 0n;
  if (!isFine) walk.differences.push(`${where}: time ${a.mtimeNs} became ${b.mtimeNs}`);
}

function compareLinks(walk: Walk, where: string, a: BigIntStats, b: BigIntStats): void {
  if (a.isDirectory() || a.nlink < 2n) return;
  const from = `${a.dev}:${a.ino}`;
  const to = `${b.dev}:${b.ino}`;
  const before = walk.links.get(from);
  if (before !== undefined && before !== to) walk.differences.push(`${where}: is no longer a hard link`);
  walk.links.set(from, to);
}

function compareFile(
  walk: Walk,
  where: string,
  paths: readonly [Buffer, Buffer],
  a: BigIntStats,
  b: BigIntStats,
): void {
  if (a.size !== b.size) walk.differences.push(`${where}: size ${a.size} became ${b.size}`);
  else if (contentHash(paths[0]) !== contentHash(paths[1])) walk.differences.push(`${where}: other content`);
  const isSparse = a.blocks * 512n < a.size;
  if (isSparse && !walk.options.isZip && b.blocks > a.blocks + 16n)
    walk.differences.push(`${where}: holes were filled, ${a.blocks} blocks became ${b.blocks}`);
}

function compareEntry(walk: Walk, source: Buffer, restored: Buffer): void {
  const where = source.toString("latin1");
  const a = lstatSync(source, { bigint: true });
  const b = lstatSync(restored, { bigint: true });
  if (kindOf(a) !== kindOf(b)) return void walk.differences.push(`${where}: ${kindOf(a)} became ${kindOf(b)}`);
  if (!a.isSymbolicLink() && a.mode !== b.mode)
    walk.differences.push(`${where}: mode ${a.mode.toString(8)} became ${b.mode.toString(8)}`);
  compareTimes(walk, where, a, b);
  if (!walk.options.isZip) {
    compareLinks(walk, where, a, b);
    if (walk.options.hasOwners && (a.uid !== b.uid || a.gid !== b.gid))
      walk.differences.push(`${where}: owner ${a.uid}:${a.gid} became ${b.uid}:${b.gid}`);
    if (!a.isSymbolicLink() && xattrsOf(source) !== xattrsOf(restored))
      walk.differences.push(`${where}: xattrs ${xattrsOf(source)} became ${xattrsOf(restored)}`);
    if (kindOf(a) === "device" && a.rdev !== b.rdev)
      walk.differences.push(`${where}: device ${a.rdev} became ${b.rdev}`);
  }
  if (a.isSymbolicLink() && readlinkSync(source) !== readlinkSync(restored))
    walk.differences.push(`${where}: other target`);
  if (a.isFile()) compareFile(walk, where, [source, restored], a, b);
  if (a.isDirectory()) compareFolder(walk, source, restored);
}

const leftOutOfZips = ["device", "fifo", "socket", "symlink-not-text"];

function hasLoss(walk: Walk, path: string, ...kinds: readonly string[]): boolean {
  return walk.losses.get(path)?.some(({ zipLoss }) => kinds.includes(zipLoss)) ?? false;
}

/** The name under which an entry is to be found again, as bytes; null when the report says that it was left out. */
function restoredName(walk: Walk, folder: Buffer, name: Buffer): Buffer | null {
  const path = join(folder, name).toString("latin1");
  if (hasLoss(walk, path, ...leftOutOfZips)) return null;
  const renamed = walk.losses.get(path)?.find(({ zipLoss }) => zipLoss === "renamed")?.writtenAs;
  return renamed === undefined ? name : Buffer.from(renamed.replace(/\/$/, "").split("/").at(-1) ?? "");
}

function compareFolder(walk: Walk, source: Buffer, restored: Buffer): void {
  const after = new Set(namesIn(restored).map((name) => name.toString("latin1")));
  for (const name of namesIn(source)) {
    const found = restoredName(walk, source, name);
    if (found === null) continue;
    if (after.delete(found.toString("latin1"))) compareEntry(walk, join(source, name), join(restored, found));
    else walk.differences.push(`${join(source, name)}: is missing`);
  }
  for (const name of after) walk.differences.push(`${source}/${name}: was not there before`);
}

function lossesByPath(lines: readonly ZipLossLine[]): Map<string, ZipLossLine[]> {
  const byPath = new Map<string, ZipLossLine[]>();
  for (const line of lines) {
    const path = (
      line.pathBase64 === undefined ? Buffer.from(line.path) : Buffer.from(line.pathBase64, "base64")
    ).toString("latin1");
    byPath.set(path, [...(byPath.get(path) ?? []), line]);
  }
  return byPath;
}

/** Compares two trees entry by entry; the list of differences is empty when nothing differs. */
export function compareTrees(source: string, restored: string, options: CompareOptions = {}): string[] {
  const walk: Walk = { options, losses: lossesByPath(options.zipLosses ?? []), differences: [], links: new Map() };
  compareEntry(walk, Buffer.from(source), Buffer.from(restored));
  return walk.differences;
}
