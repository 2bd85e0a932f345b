import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * One of the tools in the folder that HOLDFAST_TEST_TOOLS names, if it and the programs that it calls are there; else null, and what is
 * missing is nothing that a test could make up for.
 */
export function findTestTool(name: string, programs: readonly string[]): string | null {
  const folder = process.env.HOLDFAST_TEST_TOOLS;
  if (!folder) return null;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const isInstalled = programs.every((program) => folders.some((each) => isThere(join(each, program))));
  const tool = join(folder, name);
  return isInstalled && isThere(tool) ? tool : null;
}

function isThere(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
