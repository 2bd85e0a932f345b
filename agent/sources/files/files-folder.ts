import type { BigIntStats } from "node:fs";
import type { EntryType, SourceFolder, SourceObject, Xattr } from "../../../engine/ports/source.ts";
import {
  asSourceError,
  closeFd,
  deviceNumbers,
  entryType,
  joinPath,
  listNames,
  reachFolder,
  readTarget,
  readXattrs,
  type SystemPath,
  statPath,
  systemCode,
} from "../../platform/posix-read.ts";
import { isPseudoFolder } from "../../platform/pseudo-file-systems.ts";
import type { IsExcluded } from "./excludes.ts";
import { fingerprintOf, isFingerprintOf } from "./fingerprint.ts";
import type { SelectionNode } from "./selection.ts";

/** What is the same for all folders of one source. */
export interface FilesScope {
  readonly isExcluded: IsExcluded | undefined;
  readonly own: BigIntStats | undefined;
  readonly isSameSelection: boolean;
  readonly openFds: Set<number>;
}

export interface FolderPlace {
  readonly path: SystemPath;
  /** Its path below the top, for excludes; empty where there are none, because then nobody asks. */
  readonly below: Uint8Array;
  readonly dev: bigint;
  /** Undefined below a path that is taken whole. */
  readonly node: SelectionNode | undefined;
  /** Its names are made up by the system when somebody looks: it counts as empty. */
  readonly isPseudo?: boolean;
}

export class FilesFolder implements SourceFolder {
  readonly hasProvenNames: boolean;
  readonly #scope: FilesScope;
  readonly #place: FolderPlace;
  /** How the system reaches it; short, even where its path is longer than the system takes. */
  readonly #reach: SystemPath;
  readonly #fd: number | undefined;
  readonly #chosen: ReadonlyMap<string, SelectionNode> | undefined;

  /** @throws the system's error */
  constructor(scope: FilesScope, place: FolderPlace) {
    const { node } = place;
    const { reach, fd } = reachFolder(place.path);
    if (fd !== undefined) scope.openFds.add(fd);
    this.#scope = scope;
    this.#place = place;
    this.#reach = reach;
    this.#fd = fd;
    this.#chosen = node === undefined || node.isWhole ? undefined : new Map(node.children.map(keyed));
    this.hasProvenNames = this.#chosen === undefined && scope.isSameSelection;
  }

  list(): readonly Uint8Array[] {
    const { node, isPseudo = false } = this.#place;
    if (isPseudo) return [];
    if (this.#chosen !== undefined) return node?.children.map(([name]) => name) ?? [];
    try {
      return listNames(this.#reach);
    } catch (error) {
      throw asSourceError(error);
    }
  }

  find(name: Uint8Array): FoundFile | undefined {
    const path = joinPath(this.#reach, name);
    const stat = this.#stat(path);
    const type = stat && entryType(Number(stat.mode));
    if (stat === undefined || type === undefined) return undefined;
    const { own, isExcluded } = this.#scope;
    if (own !== undefined && own.ino === stat.ino && own.dev === stat.dev) return undefined;
    if (isExcluded?.(this.#below(name), type === "folder")) return undefined;
    return new FoundFile(this, { name, key: path, stat, type });
  }

  /** @throws SourceError */
  openBelow({ name, key, stat }: FoundFile): FilesFolder {
    const { isExcluded } = this.#scope;
    const node = this.#chosen?.get(Buffer.from(name).toString("latin1"));
    const isPseudo = stat.dev !== this.#place.dev && isPseudoFolder(key);
    const below = isExcluded === undefined ? this.#place.below : this.#below(name);
    try {
      return new FilesFolder(this.#scope, { path: key, below, dev: stat.dev, node, isPseudo });
    } catch (error) {
      throw asSourceError(error);
    }
  }

  close(): void {
    if (this.#fd !== undefined && this.#scope.openFds.delete(this.#fd)) closeFd(this.#fd);
  }

  #below(name: Uint8Array): Uint8Array {
    const { below } = this.#place;
    return below.length === 0 ? name : joinPath(Buffer.from(below.buffer, below.byteOffset, below.length), name);
  }

  #stat(path: SystemPath): BigIntStats | undefined {
    try {
      return statPath(path);
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      throw asSourceError(error);
    }
  }
}

function keyed([name, node]: readonly [Buffer, SelectionNode]): readonly [string, SelectionNode] {
  return [name.toString("latin1"), node];
}

interface Found {
  readonly name: Uint8Array;
  readonly key: SystemPath;
  readonly stat: BigIntStats;
  readonly type: EntryType;
}

class FoundFile implements SourceObject {
  readonly name: Uint8Array;
  readonly key: SystemPath;
  readonly stat: BigIntStats;
  readonly type: EntryType;
  readonly #folder: FilesFolder;

  constructor(folder: FilesFolder, { name, key, stat, type }: Found) {
    this.#folder = folder;
    this.name = name;
    this.key = key;
    this.stat = stat;
    this.type = type;
  }

  get sizeBytes(): number {
    return Number(this.stat.size);
  }

  get hasOtherNames(): boolean {
    return this.stat.nlink > 1n;
  }

  fingerprint(): Uint8Array {
    return fingerprintOf(this.stat);
  }

  hasFingerprint(fingerprint: Uint8Array): boolean {
    return isFingerprintOf(fingerprint, this.stat);
  }

  xattrs(): readonly Xattr[] {
    try {
      return readXattrs(this.key);
    } catch (error) {
      throw asSourceError(error);
    }
  }

  target(): Uint8Array {
    try {
      return readTarget(this.key);
    } catch (error) {
      throw asSourceError(error);
    }
  }

  deviceNumbers(): { readonly major: number; readonly minor: number } {
    return deviceNumbers(this.stat.rdev);
  }

  openFolder(): SourceFolder {
    return this.#folder.openBelow(this);
  }
}
