import { z } from "zod";
import type { RestoreScope, UnfinishedRestore } from "../protocol/restore-calls.ts";

const Scope = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("basket"),
    items: z.array(z.object({ snapshotId: z.string(), steps: z.array(z.int().min(0)) })),
  }),
  z.object({ kind: z.literal("moment"), machineId: z.string().nullable(), atMs: z.number() }),
]) satisfies z.ZodType<RestoreScope>;

const Entry = z.object({
  restoreId: z.string(),
  companyId: z.string(),
  personId: z.string(),
  scope: Scope,
  // Looked up when it is asked for: the class is there in browsers alone.
  folder: z.custom<FileSystemDirectoryHandle>((value) => value instanceof FileSystemDirectoryHandle),
  startedAtMs: z.number(),
  documents: z.int().min(0),
  documentsVerified: z.int().min(0),
});

/**
 * [Note: What an unfinished restore leaves in the browser]
 *
 * Ids, [Note: Steps], counts, a time, and the browser's own handle of the folder that was chosen, which the browser keeps with that
 * folder's name and which cannot be sealed. No name of anything that was backed up: what the restore writes is named anew from the
 * snapshot when it is planned again, which needs the vault's keys. It is told to whoever began it alone, and only while the vault is open.
 */
export interface UnfinishedEntry extends UnfinishedRestore {
  readonly companyId: string;
  readonly personId: string;
}

/** Null for what cannot be read any more. */
export function parseUnfinished(entry: unknown): UnfinishedEntry | null {
  return Entry.safeParse(entry).data ?? null;
}

/** Those of one person that run in no tab, the newest first. */
export function listOwnUnfinished(
  entries: readonly unknown[],
  person: { readonly companyId: string; readonly personId: string },
  running: ReadonlySet<string>,
): UnfinishedRestore[] {
  const own = entries.flatMap((entry) => {
    const parsed = parseUnfinished(entry);
    if (parsed === null || running.has(parsed.restoreId)) return [];
    const { companyId, personId, ...restore } = parsed;
    return companyId === person.companyId && personId === person.personId ? [restore] : [];
  });
  return own.sort((a, b) => b.startedAtMs - a.startedAtMs);
}
