import { createBrowserIds } from "../../../../engine/primitives/browser.ts";
import type { RestoreStart } from "../protocol/restore-calls.ts";
import { FolderFiles } from "./folder-files.ts";
import { FolderTarget } from "./folder-target.ts";
import { KeptDocuments } from "./kept-documents.ts";
import { RestoreRefusedError } from "./restore-refused-error.ts";
import type { TakePlan } from "./take-plan.ts";
import type { TakeProgress } from "./take-progress.ts";
import type { TakeRunOptions } from "./take-run.ts";
import type { TakeStep } from "./take-steps.ts";

/** Content has kind 1 in what an id is computed from. */
const CONTENT = 1;

/**
 * A folder of the restore's own name in the folder that was chosen, so that nothing mixes; one document alone lies there by itself. What
 * an earlier try completed is found again.
 */
export async function openFolderTarget(
  { restoreId, folder }: Extract<RestoreStart, { way: "folder" }>,
  { view }: TakePlan,
  progress: TakeProgress,
): Promise<Pick<TakeRunOptions, "target" | "skip">> {
  const name = view.fileName.replace(/\.zip$/, "");
  const top = view.isSingleDocument ? folder : await makeFolder(folder, name);
  const files = new FolderFiles(top);
  const onLeftOut = (links: number) =>
    progress.note("links", "late", `${links} links were left out: a browser cannot make them. A ZIP holds them.`);
  const prefix = `.holdfast-${restoreId.slice(0, 8)}-`;
  const target = new FolderTarget(files, { prefix, onLeftOut });
  return { target, skip: (steps, chunkIdKey) => skipKept(steps, { files, chunkIdKey }) };
}

async function makeFolder(folder: FileSystemDirectoryHandle, name: string): Promise<FileSystemDirectoryHandle> {
  try {
    return await folder.getDirectoryHandle(name, { create: true });
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new RestoreRefusedError(
      "folder_lost",
      `The folder ${folder.name} is gone, or this browser may not write into it any more. Nothing was changed. Restore the same into another folder.`,
    );
  }
}

async function* skipKept(
  steps: AsyncIterable<TakeStep>,
  { files, chunkIdKey }: { files: FolderFiles; chunkIdKey: Uint8Array },
): AsyncGenerator<TakeStep> {
  const browserId = await createBrowserIds(chunkIdKey);
  yield* new KeptDocuments(files, (plain) => browserId(CONTENT, plain)).skip(steps);
}
