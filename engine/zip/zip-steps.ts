import type { TreeEntry } from "../format/tree-entry.ts";
import { toBinaryText } from "../restore/binary-text.ts";
import { RestoreError } from "../restore/restore-error.ts";
import type { FileEntry, SnapshotReader } from "../restore/snapshot-reader.ts";
import type { ZipLoss } from "./zip-losses.ts";
import { zipLinkTarget } from "./zip-names.ts";

/** What is to be written next. A file begins, gets its pieces, and ends; whoever reads ahead may take as many steps as it likes. */
export type ZipStep =
  | { readonly kind: "folder"; readonly path: string; readonly entry: TreeEntry & { readonly type: "folder" } }
  | { readonly kind: "symlink"; readonly path: string; readonly entry: TreeEntry & { readonly type: "symlink" } }
  | { readonly kind: "begin"; readonly path: string; readonly entry: FileEntry }
  | { readonly kind: "chunk"; readonly id: Uint8Array; readonly sizeBytes: number }
  | { readonly kind: "hole"; readonly sizeBytes: number }
  /** The list of the document's chunks cannot be read any further. */
  | { readonly kind: "lost"; readonly reason: RestoreError }
  | { readonly kind: "end" };

export interface ZipStepsOptions {
  readonly reader: SnapshotReader;
  /** As in `SnapshotReader.walk`. */
  readonly paths: readonly string[];
  readonly onLoss: (loss: ZipLoss) => void;
}

/** Everything of a snapshot that a ZIP can hold, in the order of the tree; what it cannot hold is told. */
export async function* zipSteps({ reader, paths, onLoss }: ZipStepsOptions): AsyncGenerator<ZipStep> {
  const linkIds = new Set<string>();
  for await (const { kind, path, entry } of reader.walk(paths)) {
    if (kind === "leave") continue;
    if (entry.xattrs.length > 0) onLoss({ kind: "xattrs-dropped", path });
    switch (entry.type) {
      case "folder":
        yield { kind: "folder", path, entry };
        break;
      case "file":
        if (entry.linkId && !isFirst(linkIds, entry.linkId)) onLoss({ kind: "hard-link-copied", path });
        yield* fileSteps(reader, { path, entry, onLoss });
        break;
      case "symlink":
        if (zipLinkTarget(entry.target) === null) onLoss({ kind: "symlink-not-text", path });
        else yield { kind: "symlink", path, entry };
        break;
      case "fifo":
      case "socket":
        onLoss({ kind: entry.type, path });
        break;
      case "character-device":
      case "block-device":
        onLoss({ kind: "device", path });
        break;
    }
  }
}

function isFirst(linkIds: Set<string>, linkId: Uint8Array): boolean {
  const key = toBinaryText(linkId);
  if (linkIds.has(key)) return false;
  linkIds.add(key);
  return true;
}

async function* fileSteps(
  reader: SnapshotReader,
  { path, entry, onLoss }: { path: string; entry: FileEntry; onLoss: (loss: ZipLoss) => void },
): AsyncGenerator<ZipStep> {
  yield { kind: "begin", path, entry };
  let isSparse = false;
  try {
    for await (const item of reader.items(entry)) {
      isSparse ||= item.kind === "hole";
      if (item.kind === "hole") yield { kind: "hole", sizeBytes: item.sizeBytes };
      else yield { kind: "chunk", id: item.chunkId.slice(), sizeBytes: item.sizeBytes };
    }
  } catch (error) {
    if (!(error instanceof RestoreError)) throw error;
    yield { kind: "lost", reason: error };
  }
  if (isSparse) onLoss({ kind: "holes-filled", path });
  yield { kind: "end" };
}

/** Readers take no extended timestamp before 1970; later than it reaches, the archive's own clock does up to the end of 2107. */
export const LEAST_HELD_SECONDS = 0;
export const MOST_HELD_SECONDS = Date.UTC(2107, 11, 31) / 1000;

export function isTimeHeld(seconds: number): boolean {
  return seconds >= LEAST_HELD_SECONDS && seconds <= MOST_HELD_SECONDS;
}
