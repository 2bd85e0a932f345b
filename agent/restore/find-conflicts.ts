import { lstatSync } from "node:fs";
import { toBinaryText } from "../../engine/restore/binary-text.ts";
import { joinPath } from "../../engine/restore/paths.ts";
import type { FolderEntry, SnapshotReader } from "../../engine/restore/snapshot-reader.ts";
import { normalPath } from "../../engine/restore/snapshot-reader.ts";

/** Listed in the message; more of them would not be read. */
const MAX_LISTED = 10;

export interface Conflicts {
  count: number;
  /** Binary text; the first few. */
  readonly paths: string[];
}

export interface ConflictQuestion {
  readonly to: string;
  /** Absolute paths as binary text; none stands for everything. */
  readonly paths: readonly string[];
  /** Then only a folder in place of something else, or the other way round, is in the way. */
  readonly isOverwriting: boolean;
}

/**
 * What a restore into a folder would meet there, found before anything is written. It goes down only where both trees have
 * a folder, so an empty target costs nothing.
 */
export async function findConflicts(reader: SnapshotReader, question: ConflictQuestion): Promise<Conflicts> {
  const found: Conflicts = { count: 0, paths: [] };
  const wanted = question.paths.map(normalPath);
  const roots = wanted.length === 0 || wanted.includes("") ? [""] : wanted;
  for (const path of roots) {
    if (path === "") await compareBelow({ reader, question, found }, "", null);
    else await compareAncestors({ reader, question, found }, path);
  }
  return found;
}

interface Comparison {
  readonly reader: SnapshotReader;
  readonly question: ConflictQuestion;
  readonly found: Conflicts;
}

async function compareAncestors(comparison: Comparison, path: string): Promise<void> {
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    const ancestor = path.slice(0, at);
    const type = typeOf(comparison.question.to, ancestor);
    if (type === null) return;
    if (type !== "folder") return note(comparison, ancestor);
  }
  const entry = await comparison.reader.find(path);
  if (entry) await compare(comparison, path, entry.type === "folder" ? entry : null);
}

/** @param folder the entry when it is one; null for everything else */
async function compare(comparison: Comparison, path: string, folder: FolderEntry | null): Promise<void> {
  const { to, isOverwriting } = comparison.question;
  const present = typeOf(to, path);
  if (present === null) return;
  if (folder && present === "folder") return compareBelow(comparison, path, folder);
  if (folder || present === "folder" || !isOverwriting) note(comparison, path);
}

async function compareBelow(comparison: Comparison, path: string, folder: FolderEntry | null): Promise<void> {
  if (typeOf(comparison.question.to, path) === null) return;
  for await (const entry of comparison.reader.list(folder)) {
    await compare(comparison, joinPath(path, toBinaryText(entry.name)), entry.type === "folder" ? entry : null);
  }
}

function note({ found }: Comparison, path: string): void {
  found.count++;
  if (found.paths.length < MAX_LISTED) found.paths.push(path);
}

function typeOf(to: string, path: string): "folder" | "other" | null {
  const full = Buffer.concat([Buffer.from(`${to}/`), Buffer.from(path, "latin1")]);
  try {
    return lstatSync(full).isDirectory() ? "folder" : "other";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    // Beyond the length of a path nothing can be looked up from here; the writer itself still never overwrites.
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG") return null;
    throw error;
  }
}
