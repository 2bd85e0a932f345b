import { constants } from "node:fs";
import { lstat, mkdir, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { systemCodeOf, toReadError } from "./fs-errors.ts";
import { IDENTITY_KEY, MAX_IDENTITY_BYTES, parseZoneIdentity, type ZoneBase } from "./zone-identity.ts";

/** Folders remembered as durable and real; about 100 bytes each. */
const MAX_KNOWN_FOLDERS = 50_000;

export interface FsBaseOptions {
  readonly zoneId: string;
  readonly base: ZoneBase;
  /** Absolute path of the base's folder. */
  readonly path: string;
  /** Identity (32 hex digits) recorded elsewhere; without it the first one read is pinned for this process. */
  readonly identity?: string;
  /** Locked objects also get the immutable attribute ([Note: Locks in folders]). */
  readonly isImmutable?: boolean;
}

/**
 * A folder that serves as a base: knows whether it is really there, and which of its folders are real and durable.
 *
 * [Note: an unmounted base] An unmounted folder looks like an empty zone. So every operation first looks for `control/zone`: the
 * same inode as before, or else the same identity inside. Without it the base is `unreachable`.
 */
export class FsBase {
  readonly zoneId: string;
  readonly path: string;
  readonly isImmutable: boolean;
  readonly #expected: { readonly base: ZoneBase; identity: string | null };
  #seenInode: string | null = null;
  readonly #durableFolders = new Set<string>();
  readonly #realFolders = new Set<string>();

  constructor(options: FsBaseOptions) {
    this.zoneId = options.zoneId;
    this.path = options.path;
    this.isImmutable = options.isImmutable ?? false;
    this.#expected = { base: options.base, identity: options.identity ?? null };
  }

  pathOf(parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  /** @throws ZoneError `unreachable` when the base is not there, `identity_mismatch` when another one is */
  async requirePresent(): Promise<void> {
    const path = join(this.path, IDENTITY_KEY);
    const found = await stat(path, { bigint: true }).catch((error: unknown) => {
      throw this.#absent(error);
    });
    const inode = `${found.dev}:${found.ino}`;
    if (inode === this.#seenInode) return;
    await this.#checkIdentity(path);
    this.forgetFolders();
    this.#seenInode = inode;
  }

  async #checkIdentity(path: string): Promise<void> {
    const bytes = await readSmallFile(path).catch((error: unknown) => {
      throw this.#absent(error);
    });
    const found = parseZoneIdentity(this.zoneId, bytes);
    const { base } = this.#expected;
    const identity = this.#expected.identity ?? found.identity;
    if (found.zoneId !== this.zoneId || found.base !== base || found.identity !== identity) {
      const message = `${this.path} is ${found.zoneId}/${found.base}/${found.identity}, expected ${this.zoneId}/${base}/${identity}`;
      throw new ZoneError("identity_mismatch", this.zoneId, message);
    }
    this.#expected.identity = identity;
  }

  /** Refuses a folder on the way that is a symbolic link or no folder. Absent folders pass. @throws ZoneError `damaged` */
  async requireRealFolders(parts: readonly string[]): Promise<void> {
    let path = this.path;
    for (const part of parts.slice(0, -1)) {
      path = join(path, part);
      if (this.#realFolders.has(path)) continue;
      const found = await lstat(path).catch((error: unknown) => this.#nullIfAbsent(error));
      if (found === null) return;
      if (!found.isDirectory()) throw new ZoneError("damaged", this.zoneId, `${path} is not a folder`);
      remember(this.#realFolders, path);
    }
  }

  /**
   * Makes the folders above an object and makes their own entries durable up to the base. A folder that somebody else just made is
   * synced as well, because that somebody may not have got there yet. Returns the folder's path.
   */
  async makeFoldersDurable(parts: readonly string[]): Promise<string> {
    let path = this.path;
    for (const part of parts.slice(0, -1)) {
      const parent = path;
      path = join(path, part);
      if (this.#durableFolders.has(path)) continue;
      await mkdir(path).catch((error: unknown) => {
        if (systemCodeOf(error) !== "EEXIST") throw error;
      });
      await syncFolder(parent);
      remember(this.#durableFolders, path);
    }
    return path;
  }

  /** After a folder vanished under us. */
  forgetFolders(): void {
    this.#durableFolders.clear();
    this.#realFolders.clear();
  }

  #absent(cause: unknown): ZoneError {
    const message = `no ${IDENTITY_KEY} below ${this.path}: is it mounted?`;
    return new ZoneError("unreachable", this.zoneId, message, { cause });
  }

  #nullIfAbsent(error: unknown): null {
    if (systemCodeOf(error) === "ENOENT") return null;
    throw toReadError(this.zoneId, "lstat", error);
  }
}

/** Makes the entries of a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function remember(set: Set<string>, path: string): void {
  if (set.size >= MAX_KNOWN_FOLDERS) set.clear();
  set.add(path);
}

async function readSmallFile(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const buffer = Buffer.alloc(MAX_IDENTITY_BYTES);
    const { bytesRead } = await file.read(buffer, 0, MAX_IDENTITY_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
