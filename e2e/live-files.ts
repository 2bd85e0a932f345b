import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Absolute paths of all files below a folder; none when there is no such folder. Links are not followed. What vanishes while it is looked at, as
 * the unfinished files of a running product do, is left out.
 */
export function filesBelow(folder: string): string[] {
  return (ifThere(() => readdirSync(folder, { withFileTypes: true })) ?? []).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
}

/**
 * Every wanted file below a folder in which a product may be writing, with its bytes. It looks again until nothing is new, so that a file which
 * got its name meanwhile is read under that name.
 */
export function* readBelow(folder: string, isWanted = (_path: string) => true): Generator<readonly [string, Buffer]> {
  const seen = new Set<string>();
  for (;;) {
    const fresh = filesBelow(folder).filter((path) => !seen.has(path) && isWanted(path));
    if (fresh.length === 0) return;
    for (const path of fresh) {
      seen.add(path);
      const bytes = ifThere(() => readFileSync(path));
      if (bytes !== null) yield [path, bytes];
    }
  }
}

function ifThere<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
