import { basename, dirname, resolve } from "node:path";
import { joinPath, realFolder, statPath, systemCode } from "../../platform/posix-read.ts";
import { AgentError } from "../../state/agent-error.ts";

/** @param path as it is kept. @throws AgentError `path_not_found` */
export function requirePath(path: Uint8Array): void {
  try {
    statPath(Buffer.from(path));
  } catch (error) {
    throw new AgentError("path_not_found", `cannot back up ${Buffer.from(path).toString()}: ${systemCode(error)}`);
  }
}

/**
 * A path as it is kept: absolute, and without symlinks on the way, so that every folder above it is what it is. The
 * last component is never followed.
 *
 * @param path as given; a relative one from the working folder
 * @throws AgentError `path_not_found`
 */
export function absolutePath(path: string): Uint8Array {
  const absolute = resolve(path);
  try {
    if (absolute === "/") return Buffer.from("/");
    const whole = joinPath(realFolder(dirname(absolute)), Buffer.from(basename(absolute)));
    statPath(whole);
    return whole;
  } catch (error) {
    throw new AgentError("path_not_found", `cannot back up ${path}: ${systemCode(error)}`);
  }
}
