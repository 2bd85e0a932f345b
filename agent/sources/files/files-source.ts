import type { Source, SourceAttributes, SourceContent, SourceFolder } from "../../../engine/ports/source.ts";
import { asSourceError, closeFd, type SystemPath, statPath } from "../../platform/posix-read.ts";
import type { IsExcluded } from "./excludes.ts";
import { FilesFolder } from "./files-folder.ts";
import { attributesOf, isSettled } from "./fingerprint.ts";
import { filesReader } from "./open-content.ts";
import type { SelectionNode } from "./selection.ts";

export interface FilesSourceOptions {
  readonly selection: SelectionNode;
  readonly isExcluded?: IsExcluded | undefined;
  /** A folder that is never entered: the agent's own cache, which changes while it is read. */
  readonly ownFolder?: string | undefined;
  /** True when the last run visited the same names of every folder: then those names may stand for a listing. */
  readonly isSameSelection?: boolean;
  /** What counts as the top; another folder than "/" only in tests. */
  readonly top?: SystemPath;
}

/** Folders and files of this machine, as the system shows them to this user. */
export class FilesSource implements Source {
  readonly #top: SystemPath;
  readonly #scope;
  readonly #node: SelectionNode;

  /** @throws the system's error when there is no `ownFolder` */
  constructor({ selection, isExcluded, ownFolder, isSameSelection = false, top }: FilesSourceOptions) {
    const own = ownFolder === undefined ? undefined : statPath(Buffer.from(ownFolder));
    this.#top = top ?? Buffer.from("/");
    this.#scope = { isExcluded, own, isSameSelection, openFds: new Set<number>() };
    this.#node = selection;
  }

  openTop(): SourceFolder {
    try {
      const { dev } = statPath(this.#top);
      return new FilesFolder(this.#scope, { path: this.#top, below: new Uint8Array(0), dev, node: this.#node });
    } catch (error) {
      throw asSourceError(error);
    }
  }

  open(key: Uint8Array): SourceContent {
    return filesReader.open(key);
  }

  isSettled(fingerprint: Uint8Array, at: Date): boolean {
    return isSettled(fingerprint, at);
  }

  attributesOf(fingerprint: Uint8Array): SourceAttributes {
    return attributesOf(fingerprint);
  }

  close(): void {
    for (const fd of this.#scope.openFds) closeFd(fd);
    this.#scope.openFds.clear();
  }
}
