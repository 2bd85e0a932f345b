import { RestoreError } from "../../../../engine/restore/restore-error.ts";
import type { SnapshotReader } from "../../../../engine/restore/snapshot-reader.ts";
import type { ZipEntry } from "../../../../engine/zip/zip-format.ts";
import type { ZipLoss } from "../../../../engine/zip/zip-losses.ts";
import { ZipNames } from "../../../../engine/zip/zip-names.ts";
import { isTimeHeld, type ZipStep, zipSteps } from "../../../../engine/zip/zip-steps.ts";
import { isSelected, placeName, type TakePart } from "./take-part.ts";

type Named = { readonly name: string; readonly part: TakePart };
type NamedStep = Extract<ZipStep, { kind: "folder" | "symlink" | "begin" }> & Named;

/** A step of a snapshot, under the name that it gets at home. The same plan gives the same steps each time it is walked. */
export type TakeStep =
  | NamedStep
  | Extract<ZipStep, { kind: "chunk" | "hole" | "end" }>
  /** A document that is there already, in place of its other steps. */
  | (Omit<Extract<NamedStep, { kind: "begin" }>, "kind"> & { readonly kind: "kept" });

/** Walks what is taken of one snapshot. @throws what SnapshotReader throws */
export async function* takeSteps(
  reader: SnapshotReader,
  part: TakePart,
  onLoss: (loss: ZipLoss) => void,
): AsyncGenerator<TakeStep> {
  for (const selection of part.selections) {
    const names = new ZipNames((path) => hasPath(reader, path));
    // A path can be taken into the walk only once; several of one snapshot may overlap in their folders on the way.
    for await (const step of zipSteps({ reader, paths: selection.path === "" ? [] : [selection.path], onLoss })) {
      switch (step.kind) {
        case "folder":
        case "symlink":
        case "begin": {
          const { name, isChanged } = await names.nameOf(step.path, step.kind === "folder");
          if (!isSelected(selection, step.path)) break;
          const placed = placeName(selection, name);
          if (isChanged) onLoss({ kind: "renamed", path: step.path, writtenAs: placed });
          if (!isTimeHeld(step.entry.mtimeSeconds)) onLoss({ kind: "time-out-of-range", path: step.path });
          yield { ...step, name: placed, part };
          break;
        }
        case "lost":
          throw step.reason;
        default:
          yield step;
      }
    }
  }
}

/** What a step is in a ZIP. */
export function toZipEntry(step: NamedStep): ZipEntry {
  const { name, entry, kind } = step;
  const type = kind === "begin" ? "file" : kind;
  return {
    nameBytes: new TextEncoder().encode(type === "folder" ? `${name}/` : name),
    type,
    mode: type === "symlink" ? 0o777 : entry.mode,
    seconds: entry.mtimeSeconds,
    sizeBytes: entry.type === "file" ? entry.sizeBytes : entry.type === "symlink" ? entry.target.length : 0,
  };
}

async function hasPath(reader: SnapshotReader, path: string): Promise<boolean> {
  try {
    await reader.find(path);
    return true;
  } catch (error) {
    if (error instanceof RestoreError && error.code === "path_not_found") return false;
    throw error;
  }
}
