import { compareBytes, concatBytes } from "../../codec/hex.ts";
import type {
  EntryType,
  GapReason,
  Source,
  SourceAttributes,
  SourceContent,
  SourceFolder,
  SourceObject,
  Stretch,
  Xattr,
} from "../../ports/source.ts";
import { SourceError } from "../../ports/source-error.ts";

/** Content, or a hole of so many bytes. */
export type Piece = Uint8Array | number;

interface Node {
  readonly number: number;
  readonly type: EntryType;
  mode: number;
  names: number;
  version: number;
  changedAtMs: number;
  pieces: readonly Piece[];
  readonly target: Uint8Array;
  readonly xattrs: Xattr[];
  readonly children: Map<string, Node>;
  failure: { readonly code: GapReason; readonly isPassing: boolean; timesLeft: number } | undefined;
}

const SETTLED_AFTER_MS = 2_000;

/**
 * Objects in memory, which a test makes and changes; paths are latin1 text, one character for each byte, without a slash
 * at the beginning. What a call of the system would fail with is planned by `fail`.
 */
export class MemoryObjects {
  /** Called before each piece of content is given out. */
  onRead: (() => void) | undefined;
  /** How often any folder was listed. */
  listings = 0;
  #nextNumber = 1;
  readonly #top = this.#newNode("folder");

  addFolder(path: string): void {
    this.#put(path, this.#newNode("folder"));
  }

  /** Makes a file, or changes the one that is there. */
  writeFile(path: string, ...pieces: readonly Piece[]): void {
    const found = this.#find(path);
    const file = found?.type === "file" ? found : this.#newNode("file");
    file.pieces = pieces;
    if (file === found) touch(file);
    else this.#put(path, file);
  }

  addSymlink(path: string, target: string): void {
    this.#put(path, this.#newNode("symlink", bytesOf(target)));
  }

  addLink(path: string, existing: string): void {
    const file = this.#get(existing);
    file.names += 1;
    touch(file);
    this.#put(path, file);
  }

  remove(path: string): void {
    const file = this.#get(path);
    file.names -= 1;
    touch(file);
    const parent = this.#get(parentOf(path));
    parent.children.delete(nameOf(path));
    touch(parent);
  }

  setMode(path: string, mode: number): void {
    this.#get(path).mode = mode;
    touch(this.#get(path));
  }

  setXattr(path: string, name: string, value: Uint8Array): void {
    this.#get(path).xattrs.push({ name: bytesOf(name), value });
    touch(this.#get(path));
  }

  /** The next `times` calls that open this object fail. */
  fail(path: string, code: GapReason, { isPassing = false, times = Number.POSITIVE_INFINITY } = {}): void {
    this.#get(path).failure = { code, isPassing, timesLeft: times };
  }

  heal(path: string): void {
    this.#get(path).failure = undefined;
  }

  open(isSameSelection = false): Source {
    return {
      openTop: () => this.#folder("", this.#top, isSameSelection),
      open: (key) => this.#content(Buffer.from(key).toString("latin1")),
      isSettled: (fingerprint, at) => Number(wordsOf(fingerprint)[CHANGED_AT] ?? 0n) < at.getTime() - SETTLED_AFTER_MS,
      attributesOf,
      close: () => undefined,
    };
  }

  #folder(path: string, node: Node, hasProvenNames: boolean): SourceFolder {
    failIfPlanned(node);
    return {
      hasProvenNames,
      list: () => {
        this.listings += 1;
        return [...node.children.keys()].map(bytesOf).sort(compareBytes);
      },
      find: (name) => {
        const child = node.children.get(Buffer.from(name).toString("latin1"));
        const childPath = joinText(path, Buffer.from(name).toString("latin1"));
        return child && this.#object(childPath, child, hasProvenNames);
      },
      close: () => undefined,
    };
  }

  #object(path: string, node: Node, hasProvenNames: boolean): SourceObject {
    const seen = fingerprintOf(node);
    return {
      type: node.type,
      sizeBytes: sizeOf(node),
      hasOtherNames: node.type !== "folder" && node.names > 1,
      key: bytesOf(path),
      fingerprint: () => seen.slice(),
      hasFingerprint: (fingerprint) => compareBytes(fingerprint, seen) === 0,
      xattrs: () => sortXattrs(node),
      target: () => node.target,
      deviceNumbers: () => ({ major: 0, minor: 0 }),
      openFolder: () => this.#folder(path, this.#getNow(path), hasProvenNames),
    };
  }

  #content(path: string): SourceContent {
    const node = this.#getNow(path);
    failIfPlanned(node);
    if (node.type !== "file") throw new SourceError("changed-while-read", "no file any more");
    const fingerprint = fingerprintOf(node);
    return {
      fingerprint,
      stretches: () => stretchesOf(node.pieces),
      readInto: (into, offset) => {
        this.onRead?.();
        const left = contentOf(node).subarray(offset, offset + into.length);
        into.set(left);
        return left.length;
      },
      xattrs: () => sortXattrs(node),
      isUnchanged: () => compareBytes(fingerprint, fingerprintOf(node)) === 0,
      close: () => undefined,
    };
  }

  #newNode(type: EntryType, target: Uint8Array = new Uint8Array(0)): Node {
    const number = this.#nextNumber++;
    const state = { mode: type === "folder" ? 0o755 : 0o644, names: 1, version: 1, changedAtMs: Date.now() };
    return { number, type, ...state, pieces: [], target, xattrs: [], children: new Map(), failure: undefined };
  }

  #put(path: string, node: Node): void {
    const parent = this.#get(parentOf(path));
    parent.children.set(nameOf(path), node);
    touch(parent);
  }

  #find(path: string): Node | undefined {
    const names = path === "" ? [] : path.split("/");
    return names.reduce<Node | undefined>((node, name) => node?.children.get(name), this.#top);
  }

  #get(path: string): Node {
    const node = this.#find(path);
    if (node === undefined) throw new Error(`the test never made ${path}`);
    return node;
  }

  #getNow(path: string): Node {
    const node = this.#find(path);
    if (node === undefined) throw new SourceError("vanished", "ENOENT");
    return node;
  }
}

function touch(node: Node): void {
  node.version += 1;
  node.changedAtMs = Date.now();
}

function failIfPlanned({ failure }: Node): void {
  if (failure === undefined || failure.timesLeft <= 0) return;
  failure.timesLeft -= 1;
  throw new SourceError(failure.code, "planned", { isPassing: failure.isPassing });
}

const CHANGED_AT = 2;

function fingerprintOf(node: Node): Uint8Array {
  const { number, version, changedAtMs, mode, names } = node;
  const words = [number, version, changedAtMs, mode, names, sizeOf(node), 0, 0];
  return new Uint8Array(BigUint64Array.from(words, BigInt).buffer);
}

function wordsOf(fingerprint: Uint8Array): BigUint64Array {
  return new BigUint64Array(fingerprint.slice().buffer);
}

function attributesOf(fingerprint: Uint8Array): SourceAttributes {
  const [, , changedAtMs = 0, mode = 0, names = 0] = [...wordsOf(fingerprint)].map(Number);
  return {
    mode,
    uid: 0,
    gid: 0,
    mtimeSeconds: Math.floor(changedAtMs / 1000),
    mtimeNanoseconds: (changedAtMs % 1000) * 1_000_000,
    ...(names > 1 && { linkId: fingerprint.slice(0, 16) }),
  };
}

function sortXattrs({ xattrs }: Node): readonly Xattr[] {
  return [...xattrs].sort((a, b) => compareBytes(a.name, b.name));
}

function sizeOf({ pieces }: Node): number {
  return pieces.reduce<number>((sum, piece) => sum + lengthOf(piece), 0);
}

function lengthOf(piece: Piece): number {
  return typeof piece === "number" ? piece : piece.length;
}

function stretchesOf(pieces: readonly Piece[]): readonly Stretch[] {
  let offset = 0;
  return pieces.map((piece) => {
    const stretch = { isHole: typeof piece === "number", offset, sizeBytes: lengthOf(piece) };
    offset += stretch.sizeBytes;
    return stretch;
  });
}

function contentOf({ pieces }: Node): Uint8Array {
  return concatBytes(...pieces.map((piece) => (typeof piece === "number" ? new Uint8Array(piece) : piece)));
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

function joinText(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
