import { posix } from "node:path";

/**
 * The path without dots and doubled or trailing slashes; null where it is not an absolute path of printable characters. Nothing is looked up: what
 * symbolic links make of it is asked again where the folder lies.
 */
export function normalizeFolder(path: string): string | null {
  if (!path.startsWith("/") || /[\p{Cc}\p{Cf}]/u.test(path) || !path.isWellFormed()) return null;
  const normal = posix.normalize(path);
  return normal.length > 1 ? normal.replace(/\/$/, "") : normal;
}

/** The folder itself, or something in it. Both are normal. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/** One of them lies in the other: whoever gets one gets some of the other, too. */
export function overlap(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a);
}
