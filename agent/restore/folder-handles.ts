import { parentOf } from "../../engine/restore/paths.ts";
import { closeFile, openFolderAt } from "../platform/posix-restore.ts";

/** Open folders of one thread; well under the 1,024 files that a process may open by default. */
const MAX_OPEN_FOLDERS = 128;

/**
 * Opens folders below the target, one name at a time from the nearest that is open, never through a symlink. So a
 * restore cannot be led out of its target, and paths may be longer than the system takes in one piece.
 */
export class FolderHandles {
  readonly #root: number;
  readonly #open = new Map<string, number>();

  /** @param root an open folder, which stays the caller's */
  constructor(root: number) {
    this.#root = root;
  }

  /** The open folder; valid until the next call. @throws PosixError when a component is no folder */
  get(path: string): number {
    if (path === "") return this.#root;
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    return this.#openFrom(this.#nearestOpen(path), path);
  }

  close(): void {
    for (const fd of this.#open.values()) closeFile(fd);
    this.#open.clear();
  }

  #nearestOpen(path: string): string {
    let near = parentOf(path);
    while (near !== "" && !this.#open.has(near)) near = parentOf(near);
    return near;
  }

  #openFrom(near: string, path: string): number {
    let at = near;
    let fd = this.#open.get(near) ?? this.#root;
    while (at !== path) {
      const start = at === "" ? 0 : at.length + 1;
      const slash = path.indexOf("/", start);
      const end = slash < 0 ? path.length : slash;
      fd = openFolderAt(fd, path.slice(start, end));
      at = path.slice(0, end);
      this.#open.set(at, fd);
      this.#closeOldest(at);
    }
    return fd;
  }

  #closeOldest(keep: string): void {
    if (this.#open.size <= MAX_OPEN_FOLDERS) return;
    for (const [path, fd] of this.#open) {
      if (path === keep) continue;
      this.#open.delete(path);
      closeFile(fd);
      return;
    }
  }
}
