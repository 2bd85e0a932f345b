import { useState } from "react";
import { routeOfEntry, type SourceRoute } from "../route/route.ts";
import { goTo } from "../route/use-route.ts";
import type { FolderRow } from "../runtime/protocol/reading-calls.ts";
import { toFault } from "../runtime/rpc.ts";
import { useVault } from "../vault/vault-context.ts";

export interface Playhead {
  /** Shows the same place in another snapshot; the nearest folder above it that is there, if it is not. */
  go(snapshotId: string): Promise<void>;
  /** What could not be kept on the way. */
  readonly notice: string | null;
}

/** Follows a place through time: its steps differ from snapshot to snapshot, its path does not. */
export function usePlayhead(
  route: SourceRoute,
  paths: { readonly folderPath: string | null; readonly documentPath: string | null },
): Playhead {
  const { vault } = useVault();
  const [notice, setNotice] = useState<string | null>(null);
  const find = (snapshotId: string, path: string) => vault.calls.findInSnapshot({ snapshotId, path });

  async function follow(snapshotId: string): Promise<void> {
    const { documentPath } = paths;
    const document = route.document === null || documentPath === null ? null : await find(snapshotId, documentPath);
    if (document !== null) {
      setNotice(null);
      goTo(routeOfEntry(route, { snapshotId, steps: document.steps, isFolder: document.type === "folder" }), true);
      return;
    }
    const wanted = paths.folderPath ?? "";
    const folder = await findFolder(wanted, (path) => find(snapshotId, path));
    goTo({ ...route, snapshotId, steps: folder?.steps ?? [], document: null }, true);
    const isWhole = (folder?.path ?? "") === wanted;
    setNotice(
      !isWhole
        ? "The folder is not in this snapshot. This is the nearest one above it."
        : route.document !== null
          ? "The document is not in this snapshot."
          : null,
    );
  }

  return {
    notice,
    go: async (snapshotId) => {
      try {
        await follow(snapshotId);
      } catch (error) {
        setNotice(`The other snapshot could not be read: ${toFault(error).message}`);
      }
    },
  };
}

/** The folder of this path, or the nearest above it; null is the root. */
async function findFolder(path: string, find: (path: string) => Promise<FolderRow | null>): Promise<FolderRow | null> {
  for (let above = path; above !== ""; above = above.slice(0, Math.max(0, above.lastIndexOf("/")))) {
    const found = await find(above);
    if (found?.type === "folder") return found;
  }
  return null;
}
