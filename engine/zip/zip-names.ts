import { FormatError } from "../codec/format-error.ts";
import { decodeUtf8, encodeUtf8 } from "../codec/text.ts";
import { fromBinaryText, toBinaryText } from "../restore/binary-text.ts";
import { joinPath, parentOf } from "../restore/paths.ts";

export interface ZipName {
  readonly name: string;
  readonly isChanged: boolean;
}

/**
 * Names as a ZIP can hold them: it takes text in UTF-8, "\" for a slash and "c:" for a drive. Whatever it cannot hold is
 * written as %XX, and never under a name that something else has.
 */
export class ZipNames {
  readonly #isTaken: (path: string) => Promise<boolean>;
  /** Folders that were renamed, by their path. */
  readonly #folders = new Map<string, string>();
  readonly #given = new Set<string>();

  /** @param isTaken whether the snapshot has something at a path */
  constructor(isTaken: (path: string) => Promise<boolean>) {
    this.#isTaken = isTaken;
  }

  /** Folders come before what they hold. */
  async nameOf(path: string, isFolder: boolean): Promise<ZipName> {
    const parent = parentOf(path);
    const own = parent === "" ? path : path.slice(parent.length + 1);
    const above = this.#zipPathOf(parent);
    let text = zipComponent(own, parent === "");
    const isChanged = toBinaryText(encodeUtf8(text)) !== own;
    if (isChanged) {
      while (await this.#isUsed(parent, text)) text = `${text}_`;
      this.#given.add(joinPath(parent, text));
      if (isFolder) this.#folders.set(path, joinPath(above, text));
    }
    return { name: joinPath(above, text), isChanged };
  }

  async #isUsed(parent: string, text: string): Promise<boolean> {
    if (this.#given.has(joinPath(parent, text))) return true;
    return this.#isTaken(joinPath(parent, toBinaryText(encodeUtf8(text))));
  }

  #zipPathOf(folder: string): string {
    if (folder === "") return "";
    const renamed = this.#folders.get(folder);
    if (renamed !== undefined) return renamed;
    const parent = parentOf(folder);
    const own = parent === "" ? folder : folder.slice(parent.length + 1);
    return joinPath(this.#zipPathOf(parent), zipComponent(own, parent === ""));
  }
}

function zipComponent(name: string, isFirst: boolean): string {
  const text = (toText(fromBinaryText(name)) ?? escapeBytes(name)).replaceAll("\\", "%5C");
  return isFirst ? text.replace(/^(\w+):/, "$1%3A") : text;
}

function escapeBytes(name: string): string {
  return name.replace(/[^ -~]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

/** The target as text, or null when it is not UTF-8: readers of ZIPs take it for text. */
export function zipLinkTarget(target: Uint8Array): string | null {
  return toText(target);
}

function toText(bytes: Uint8Array): string | null {
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}
