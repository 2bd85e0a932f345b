import { openDownload } from "../runtime/open-download.ts";
import type { RestorePlan } from "../runtime/protocol/restore-calls.ts";
import type { Vault } from "../vault/vault-context.ts";

/** Where it goes: into a download of this browser, or into a folder that the person chose. */
export type Destination =
  | { readonly way: "download" }
  | { readonly way: "folder"; readonly folder: FileSystemDirectoryHandle };

/** Starts what was planned. @throws what `openDownload` and `startRestore` throw */
export async function startTake(vault: Vault, plan: RestorePlan, destination: Destination): Promise<void> {
  const { restoreId, fileName, lengthBytes, isSingleDocument } = plan;
  if (destination.way === "folder") {
    await vault.calls.startRestore({ restoreId, way: "folder", folder: destination.folder });
    return;
  }
  await openDownload(vault, { restoreId, way: isSingleDocument ? "document" : "zip", fileName, lengthBytes });
}

/** Chromium and its kin; nobody else lets a page write into a folder. */
export function canWriteFolders(): boolean {
  return "showDirectoryPicker" in globalThis;
}

/** Asks where it goes, if that needs asking. Call it right after a press. Null when the person chose no folder after all. */
export async function chooseDestination(way: Destination["way"]): Promise<Destination | null> {
  if (way === "download") return { way };
  const { showDirectoryPicker } = globalThis as { showDirectoryPicker?: DirectoryPicker };
  if (showDirectoryPicker === undefined) return null;
  try {
    return { way, folder: await showDirectoryPicker({ id: "holdfast-restore", mode: "readwrite" }) };
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw error;
  }
}

type DirectoryPicker = (options: { id: string; mode: "readwrite" }) => Promise<FileSystemDirectoryHandle>;
