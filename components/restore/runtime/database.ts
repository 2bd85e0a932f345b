/** The vault's IndexedDB: what this browser saw, and ids of what was put into the basket. Never a key, never a name. */
const NAME = "holdfast-vault";
const VERSION = 1;

export type StoreName = "companies" | "agents" | "settings" | "restores";
const STORES: readonly StoreName[] = ["companies", "agents", "settings", "restores"];

let opened: Promise<IDBDatabase> | undefined;

function openDatabase(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const store of STORES) {
        if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store);
      }
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

function toPromise<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Undefined when there is none; whoever asked parses what lies there. */
export async function readEntry(store: StoreName, key: string): Promise<unknown> {
  const database = await openDatabase();
  return toPromise(database.transaction(store).objectStore(store).get(key));
}

/** Whoever asked parses what lies there. */
export async function listEntries(store: StoreName): Promise<unknown[]> {
  const database = await openDatabase();
  return toPromise(database.transaction(store).objectStore(store).getAll());
}

/** Changes one entry; reader and writer are one transaction, so that an older value never replaces a newer one. */
export async function changeEntry(store: StoreName, key: string, change: (before: unknown) => unknown): Promise<void> {
  const transaction = (await openDatabase()).transaction(store, "readwrite", { durability: "strict" });
  const entries = transaction.objectStore(store);
  const before = await toPromise(entries.get(key));
  const after = change(before);
  if (after === undefined) entries.delete(key);
  else entries.put(after, key);
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}
