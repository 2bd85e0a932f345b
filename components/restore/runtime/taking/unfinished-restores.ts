import { z } from "zod";
import { changeEntry, listEntries } from "../database.ts";
import type { UnfinishedRestore } from "../protocol/restore-calls.ts";

const Scope = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("basket"),
    items: z.array(z.object({ snapshotId: z.string(), steps: z.array(z.int().min(0)) })),
  }),
  z.object({ kind: z.literal("moment"), machineId: z.string().nullable(), atMs: z.number() }),
]);
const Entry = z.object({
  restoreId: z.string(),
  scope: Scope,
  folder: z.instanceof(FileSystemDirectoryHandle),
  startedAtMs: z.number(),
});

/** Ids and the folder's handle, so that a folder restore can go on after the tab was closed. No name of a document. */
export const unfinishedRestores = {
  remember: (restore: UnfinishedRestore) => changeEntry("restores", restore.restoreId, () => restore),
  forget: (restoreId: string) => changeEntry("restores", restoreId, () => undefined),
  /** The newest first; what cannot be read any more is left out. */
  async list(): Promise<UnfinishedRestore[]> {
    const entries = (await listEntries("restores")).flatMap((entry) => Entry.safeParse(entry).data ?? []);
    return entries.sort((a, b) => b.startedAtMs - a.startedAtMs);
  },
};
