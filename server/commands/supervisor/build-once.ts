import { spawn } from "node:child_process";
import { constants, existsSync, globSync } from "node:fs";
import { access, mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { setPriority } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { LockHeldError, takeLockFile } from "./lock-file.ts";
import { StartError } from "./start-error.ts";

/** Something that is built from the checkout's sources and not kept in the repository. */
export interface Build {
  /** As messages name it. */
  readonly what: string;
  readonly projectRoot: string;
  /** Where the result lies. */
  readonly folder: string;
  /** What it is made of, as globs from the root; tests are left out. */
  readonly sources: readonly string[];
  /** Beginnings of paths from the root: what is built, and the locks beside it, which come and go. */
  readonly leftOut: readonly string[];
  /** Script of the builder and its arguments, run by Node. */
  readonly command: readonly string[];
  readonly logFile: string;
  /** Others come first, and this ends the builder: nobody waits for what it makes. */
  readonly background?: AbortSignal;
}

const STAMP = "holdfast-build";
const LAST_PRIORITY = 19;
const SHOWN_LINES = 30;
const TURN_RETRY_MS = 250;

/**
 * Builds when the sources changed since the last time. Works offline. Supervisors of one checkout that start together
 * build one after the other, and the second finds it done.
 *
 * @throws StartError `build_failed` with the end of the builder's output
 */
export async function buildOnce(wanted: Build, onBuild: (what: string) => void): Promise<void> {
  if (await isBuilt(wanted)) return;
  await requireWritable(wanted);
  onBuild(wanted.what);
  // A fresh checkout has no folder for what is only built.
  await mkdir(dirname(wanted.folder), { recursive: true });
  const release = await takeTurn(`${wanted.folder}.lock`, wanted.background);
  try {
    if (!(await isBuilt(wanted))) await build(wanted);
  } finally {
    await release();
  }
}

async function build(wanted: Build): Promise<void> {
  const sources = await hashSources(wanted);
  const stamp = join(wanted.folder, STAMP);
  await rm(stamp, { force: true });
  const exitCode = await runBuilder(wanted);
  if (exitCode !== 0) {
    const tail = (await readFile(wanted.logFile, "utf8")).trimEnd().split("\n").slice(-SHOWN_LINES).join("\n");
    throw new StartError("build_failed", `${wanted.what} could not be built (see ${wanted.logFile}):\n${tail}`);
  }
  await writeFile(stamp, sources);
}

async function isBuilt(wanted: Build): Promise<boolean> {
  const stamp = join(wanted.folder, STAMP);
  return (await readFile(stamp, "utf8").catch(() => "")) === (await hashSources(wanted));
}

async function takeTurn(lockFile: string, signal: AbortSignal | undefined): Promise<() => Promise<void>> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await takeLockFile(lockFile);
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error;
      await sleep(TURN_RETRY_MS);
    }
  }
}

async function hashSources({ projectRoot, sources, leftOut }: Build): Promise<string> {
  const isLeftOut = (path: string) =>
    /\.test\.tsx?$|\/testing\//.test(path) || leftOut.some((start) => path.startsWith(start));
  const names = globSync(sources, { cwd: projectRoot, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(projectRoot.length + 1))
    .filter((path) => !isLeftOut(path))
    .sort();
  const hash = nodePrimitives.sha256Start();
  hash.update(Buffer.from(process.version));
  for (const path of names) {
    hash.update(Buffer.from(`\n${path}\n`));
    hash.update(await readFile(join(projectRoot, path)));
  }
  return Buffer.from(hash.digest()).toString("hex");
}

async function requireWritable({ what, folder, projectRoot }: Build): Promise<void> {
  try {
    await access(existsSync(folder) ? folder : projectRoot, constants.W_OK);
  } catch (error) {
    const message = `${what} must be built, but this user may not write ${folder}; run "npm start" once as its owner`;
    throw new StartError("build_failed", message, { cause: error });
  }
}

async function runBuilder({ projectRoot, command, logFile, background }: Build): Promise<number | null> {
  const log = await open(logFile, "w");
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, command, {
        cwd: projectRoot,
        env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
        stdio: ["ignore", log.fd, log.fd],
        ...(background !== undefined && { signal: background }),
      });
      if (background !== undefined && child.pid !== undefined) setPriority(child.pid, LAST_PRIORITY);
      child.on("error", reject);
      child.on("exit", (code) => resolve(code));
    });
  } finally {
    await log.close();
  }
}
