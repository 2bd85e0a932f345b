import type { Source, SourceObject, SourceReader } from "../../ports/source.ts";
import type { Piece } from "./memory-source.ts";

/** Objects that a test makes and changes, and how the adapter opens them. Paths are latin1 text, below the scene's top. */
export interface SourceScene {
  /** @param isSameSelection as a run that visits what the last one did */
  open(isSameSelection?: boolean): Source;
  /** What a reader thread has. */
  readonly reader: SourceReader;
  addFolder(path: string): void;
  /** Makes a file, or changes the one that is there. */
  writeFile(path: string, ...pieces: readonly Piece[]): void;
  addSymlink(path: string, target: string): void;
  addLink(path: string, existing: string): void;
  /** A file, a symlink or an empty folder. */
  remove(path: string): void;
  setMode(path: string, mode: number): void;
  setXattr(path: string, name: string, value: Uint8Array): void;
  /** Does the work while the object may not be opened or listed. */
  withoutRights(path: string, work: () => void): void;
}

/** The object of a name in the top folder. */
export function find(source: Source, name: string): SourceObject {
  const object = source.openTop().find(Buffer.from(name, "latin1"));
  if (object === undefined) throw new Error(`there is no ${name}`);
  return object;
}
