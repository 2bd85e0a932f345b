import { parentOf } from "../../../../engine/restore/paths.ts";

/** Handles that are kept; each is a question to the browser's own process. */
const MAX_HANDLES = 512;

/** A handle that can be renamed, where the browser knows how. */
interface MovableHandle extends FileSystemFileHandle {
  move?(name: string): Promise<void>;
}

/** Folders and files below the folder that a person chose, by the names that they get there. */
export class FolderFiles {
  readonly #root: FileSystemDirectoryHandle;
  readonly #folders = new Map<string, Promise<FileSystemDirectoryHandle>>();

  constructor(root: FileSystemDirectoryHandle) {
    this.#root = root;
  }

  /** Makes it and those above it where they are not there. */
  folder(path: string): Promise<FileSystemDirectoryHandle> {
    if (path === "") return Promise.resolve(this.#root);
    const known = this.#folders.get(path);
    if (known) return known;
    const made = this.folder(parentOf(path)).then((above) => above.getDirectoryHandle(nameOf(path), { create: true }));
    made.catch(() => this.#folders.delete(path));
    this.#folders.set(path, made);
    const [oldest] = this.#folders.keys();
    if (this.#folders.size > MAX_HANDLES && oldest !== undefined) this.#folders.delete(oldest);
    return made;
  }

  /** Null when there is nothing of that name; a folder of that name throws TypeMismatchError. */
  async find(path: string): Promise<File | null> {
    try {
      const folder = await this.folder(parentOf(path));
      return await (await folder.getFileHandle(nameOf(path))).getFile();
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotFoundError") return null;
      throw error;
    }
  }

  /** A new file under a temporary name beside its place. */
  async create(path: string, temporaryName: string): Promise<FileSystemFileHandle> {
    const folder = await this.folder(parentOf(path));
    return folder.getFileHandle(temporaryName, { create: true });
  }

  /** Gives a complete file its name. A browser that cannot rename copies, and removes the other afterwards. */
  async giveName(handle: MovableHandle, path: string): Promise<void> {
    if (handle.move) {
      await handle.move(nameOf(path));
      return;
    }
    const folder = await this.folder(parentOf(path));
    const named = await folder.getFileHandle(nameOf(path), { create: true });
    try {
      await (await handle.getFile()).stream().pipeTo(await named.createWritable());
    } catch (error) {
      await folder.removeEntry(nameOf(path));
      throw error;
    }
    await folder.removeEntry(handle.name);
  }

  async remove(path: string, name: string): Promise<void> {
    const folder = await this.folder(parentOf(path));
    await folder.removeEntry(name);
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
