import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type PublishedRelease, publishedReleaseSchema } from "../../contracts/agent-release.ts";

/** The description of what is offered, in the folder with archives and installers. */
export const RELEASE_FILE = "release.json";

export interface PublishedReleases {
  /** What is offered now; null until something was published. */
  find(): Promise<PublishedRelease | null>;
}

/** Reads the folder's description again when it was replaced. @param folder null: nothing is ever offered */
export function publishedReleases(folder: string | null): PublishedReleases {
  let known: { readonly stamp: string; readonly release: PublishedRelease } | undefined;
  return {
    async find() {
      if (folder === null) return null;
      const path = join(folder, RELEASE_FILE);
      const found = await stat(path).catch(ignoreMissing);
      if (found === null) return null;
      const stamp = `${found.ino}/${found.mtimeMs}/${found.size}`;
      if (known?.stamp !== stamp) {
        const release = publishedReleaseSchema.parse(JSON.parse(await readFile(path, "utf8")));
        known = { stamp, release };
      }
      return known.release;
    },
  };
}

function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}
