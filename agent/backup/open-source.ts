import type { Source, SourceReader } from "../../engine/ports/source.ts";

/**
 * Where a source's adapter is chosen: the only file of the backup that knows one (`npm run check` holds it). There is one, `files`;
 * the next one is chosen here by the source's kind. Loaded when asked for: a reader thread needs no walk.
 */
export interface SourceWish {
  /** Absolute, without symlinks on the way. */
  readonly paths: readonly Uint8Array[];
  readonly excludes: readonly string[];
  /** True when the last run had the same paths and excludes. */
  readonly isSameSelection: boolean;
  /** A folder of the agent's own that is left out. */
  readonly ownFolder: string;
}

/** For the thread that walks; to be closed. @throws ExcludeError */
export async function openSource({ paths, excludes, isSameSelection, ownFolder }: SourceWish): Promise<Source> {
  const [{ FilesSource }, { compileExcludes }, { planSelection }] = await Promise.all([
    import("../sources/files/files-source.ts"),
    import("../sources/files/excludes.ts"),
    import("../sources/files/selection.ts"),
  ]);
  const isExcluded = await compileExcludes(excludes);
  return new FilesSource({ selection: planSelection(paths), isExcluded, isSameSelection, ownFolder });
}

/** For a thread that reads. */
export async function openReader(): Promise<SourceReader> {
  const { filesReader } = await import("../sources/files/open-content.ts");
  return filesReader;
}

/** A source that is gone as a whole is a failure: a snapshot of nothing would look like one. @throws AgentError `path_not_found` */
export async function requirePaths(paths: readonly Uint8Array[]): Promise<void> {
  const { requirePath } = await import("../sources/files/absolute-path.ts");
  for (const path of paths) requirePath(path);
}

/** Paths as they are kept: absolute, without symlinks on the way. @throws AgentError `path_not_found` */
export async function resolvePaths(paths: readonly string[]): Promise<readonly Uint8Array[]> {
  const { absolutePath } = await import("../sources/files/absolute-path.ts");
  return paths.map(absolutePath);
}
