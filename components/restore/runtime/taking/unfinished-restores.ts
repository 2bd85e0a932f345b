import { changeEntry, listEntries } from "../database.ts";
import type { UnfinishedRestore } from "../protocol/restore-calls.ts";
import { listOwnUnfinished, parseUnfinished, type UnfinishedEntry } from "./unfinished-entry.ts";

/** How much of a restore is known as done when its tab closes without a word: at most this long ago. */
const NOTE_EVERY_MS = 2_000;
const LOCK = "holdfast-restore ";

/** Folder restores that may go on after the tab was closed: [Note: What an unfinished restore leaves in the browser]. */
export const unfinishedRestores = {
  forget: (restoreId: string): Promise<void> => changeEntry("restores", restoreId, () => undefined),
  async list(person: { readonly companyId: string; readonly personId: string }): Promise<UnfinishedRestore[]> {
    const { held = [] } = await navigator.locks.query();
    const running = held.flatMap(({ name }) => (name?.startsWith(LOCK) ? [name.slice(LOCK.length)] : []));
    return listOwnUnfinished(await listEntries("restores"), person, new Set(running));
  },

  /** Remembers one that begins. Going on counts anew, and what was verified before still is what somebody last saw of it. */
  remember: (entry: UnfinishedEntry): Promise<void> =>
    changeEntry("restores", entry.restoreId, (before) => {
      const { documentsVerified, startedAtMs } = parseUnfinished(before) ?? entry;
      return { ...entry, documentsVerified, startedAtMs };
    }),

  /** Keeps the count of a remembered one up to date. Returns how to stop, which notes the last. */
  follow(restoreId: string, countVerified: () => number): () => Promise<void> {
    const note = () =>
      changeEntry("restores", restoreId, (before) => {
        const entry = parseUnfinished(before);
        // Forgotten meanwhile: it must not come back.
        if (entry === null) return undefined;
        return { ...entry, documentsVerified: Math.max(entry.documentsVerified, countVerified()) };
      });
    const timer = setInterval(() => void note(), NOTE_EVERY_MS);
    return () => {
      clearInterval(timer);
      return note();
    };
  },
};

/**
 * Takes a restore for this tab: two that write into the same folder would take each other's temporary files. Ends with the tab, however
 * that ends. Null when another tab has it.
 */
export async function holdRestore(restoreId: string): Promise<(() => void) | null> {
  const taken = Promise.withResolvers<boolean>();
  const held = Promise.withResolvers<void>();
  void navigator.locks.request(LOCK + restoreId, { ifAvailable: true }, (lock) => {
    taken.resolve(lock !== null);
    return lock === null ? undefined : held.promise;
  });
  return (await taken.promise) ? held.resolve : null;
}
