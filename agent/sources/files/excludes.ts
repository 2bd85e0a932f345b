/** Says whether an object is left out, with all below it. Undefined when nothing is: then no path is made into text. */
export type IsExcluded = (path: Uint8Array, isFolder: boolean) => boolean;

interface Rule {
  readonly matches: (path: string) => boolean;
  readonly isForFolders: boolean;
}

/**
 * Patterns as most people know them: `*`, `?`, `[a-z]`, `{a,b}`, `**` over folders; names that begin with a dot are
 * matched like others. Without a slash a pattern matches a name in any folder; with one it matches the end of a path;
 * beginning with a slash it matches the whole path from the root. A slash at the end means folders only.
 * Names that are not UTF-8 are matched with U+FFFD in place of what cannot be read.
 */
export async function compileExcludes(patterns: readonly string[]): Promise<IsExcluded | undefined> {
  if (patterns.length === 0) return undefined;
  // Loaded only where it is needed: most backups exclude nothing, and every start counts.
  const { default: picomatch } = await import("picomatch");
  const rules = patterns.map((pattern) => compileRule(picomatch, pattern));
  const decoder = new TextDecoder();
  return (path, isFolder) => {
    const text = decoder.decode(path);
    return rules.some((rule) => (isFolder || !rule.isForFolders) && rule.matches(text));
  };
}

function compileRule(picomatch: typeof import("picomatch"), pattern: string): Rule {
  const isForFolders = pattern.length > 1 && pattern.endsWith("/");
  const bare = isForFolders ? pattern.slice(0, -1) : pattern;
  if (bare === "") throw new ExcludeError("an exclude pattern is empty");
  const anchored = bare.startsWith("/") ? bare.slice(1) : `**/${bare}`;
  const matches: (path: string) => boolean = picomatch(anchored, { dot: true, nonegate: true, strictSlashes: true });
  return { matches: (path) => matches(path), isForFolders };
}

export class ExcludeError extends Error {
  readonly code = "usage";
}
