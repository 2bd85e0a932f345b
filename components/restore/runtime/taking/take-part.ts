import { parentOf } from "../../../../engine/restore/paths.ts";
import { toSafeName } from "../../../../engine/zip/unique-names.ts";

/** What is taken of one snapshot, and where it goes. */
export interface TakePart {
  readonly snapshotId: string;
  readonly machineId: string;
  readonly machineName: string;
  readonly sourceId: string;
  readonly sourceName: string;
  readonly receivedAtMs: number;
  readonly selections: readonly Selection[];
}

/** One document or folder with all below it; the path "" is all of a snapshot. */
export interface Selection {
  /** Binary text. */
  readonly path: string;
  /** Where it lies in what is taken home: folder, and its own name there; the name is null for what lies below the root. */
  readonly folder: string;
  readonly name: string | null;
}

export function isSelected({ path }: Selection, candidate: string): boolean {
  return path === "" || candidate === path || candidate.startsWith(`${path}/`);
}

/**
 * The name in what is taken home.
 *
 * @param zipName the whole path as a ZIP can hold it, as deep as the path itself
 */
export function placeName({ path, folder, name }: Selection, zipName: string): string {
  const below = path === "" ? zipName.split("/") : zipName.split("/").slice(depthOf(path));
  const parts = name === null ? below : [name, ...below];
  const placed = [...(folder === "" ? [] : [folder]), ...parts].join("/");
  // A first part like "c:" would be taken for a drive.
  return placed.replace(/^(\w+):/, "$1%3A");
}

function depthOf(path: string): number {
  return path.split("/").length;
}

/** Leaves out what lies below something else that is chosen, or is chosen twice. */
export function withoutNested(paths: readonly string[]): string[] {
  const unique = [...new Set(paths)];
  const chosen = new Set(unique);
  return unique.filter((path) => {
    if (path !== "" && chosen.has("")) return false;
    for (let above = parentOf(path); above !== ""; above = parentOf(above)) if (chosen.has(above)) return false;
    return true;
  });
}

/** A readable time that any file system takes: "2026-11-17 12.00", in the reader's own zone. */
export function toTimeName(ms: number): string {
  const time = new Date(ms);
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}.${two(time.getMinutes())}`;
}

/** What a basket is called at home, without an ending. */
export function baseNameOf(parts: readonly TakePart[]): string {
  const [part, ...others] = parts;
  if (part === undefined || others.length > 0) {
    // The same whenever it is planned, so that what goes on into a folder finds its own.
    return `restored ${toTimeName(Math.max(...parts.map(({ receivedAtMs }) => receivedAtMs)))}`;
  }
  const [only, ...more] = part.selections;
  if (only?.name && more.length === 0) return toSafeName(only.name);
  return `${toSafeName(part.machineName)} ${toTimeName(part.receivedAtMs)}`;
}
