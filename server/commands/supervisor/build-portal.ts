import { spawn } from "node:child_process";
import { constants, existsSync, globSync } from "node:fs";
import { access, open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { LockHeldError, takeLockFile } from "./lock-file.ts";
import { StartError } from "./start-error.ts";

/** What the built portal is made of; tests are left out. */
const SOURCES = [
  "{app,components,contracts,engine,server,public}/**/*",
  "*.{ts,mjs,cjs}",
  "{package-lock,package}.json",
  "prisma/schema.prisma",
];
const STAMP = "holdfast-build";
const SHOWN_LINES = 30;
const TURN_RETRY_MS = 250;

/**
 * Builds the portal when its sources changed since the last build. Works offline. Supervisors of one checkout that start
 * together build one after the other, and the second finds it done.
 *
 * @throws StartError `build_failed` with the end of the builder's output
 */
export async function buildPortal(projectRoot: string, logFile: string, onBuild: () => void): Promise<void> {
  if (await isBuilt(projectRoot)) return;
  await requireWritable(projectRoot);
  onBuild();
  const release = await takeTurn(`${distFolder(projectRoot)}.lock`);
  try {
    if (!(await isBuilt(projectRoot))) await build(projectRoot, logFile);
  } finally {
    await release();
  }
}

async function build(projectRoot: string, logFile: string): Promise<void> {
  const sources = await hashSources(projectRoot);
  const stamp = join(distFolder(projectRoot), STAMP);
  await rm(stamp, { force: true });
  const exitCode = await runBuilder(projectRoot, logFile);
  if (exitCode !== 0) {
    const tail = (await readFile(logFile, "utf8")).trimEnd().split("\n").slice(-SHOWN_LINES).join("\n");
    throw new StartError("build_failed", `the portal could not be built (see ${logFile}):\n${tail}`);
  }
  await writeFile(stamp, sources);
}

async function isBuilt(projectRoot: string): Promise<boolean> {
  const stamp = join(distFolder(projectRoot), STAMP);
  return (await readFile(stamp, "utf8").catch(() => "")) === (await hashSources(projectRoot));
}

async function takeTurn(lockFile: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      return await takeLockFile(lockFile);
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error;
      await sleep(TURN_RETRY_MS);
    }
  }
}

async function hashSources(projectRoot: string): Promise<string> {
  const isLeftOut = (path: string) => /\.test\.tsx?$|\/testing\//.test(path);
  const names = globSync(SOURCES, { cwd: projectRoot, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !isLeftOut(path))
    .sort();
  const hash = nodePrimitives.sha256Start();
  hash.update(Buffer.from(process.version));
  for (const path of names) {
    hash.update(Buffer.from(`\n${path.slice(projectRoot.length)}\n`));
    hash.update(await readFile(path));
  }
  return Buffer.from(hash.digest()).toString("hex");
}

/** As next.config.ts names it. */
function distFolder(projectRoot: string): string {
  return join(projectRoot, process.env.HOLDFAST_DIST_DIR ?? ".next");
}

async function requireWritable(projectRoot: string): Promise<void> {
  const built = distFolder(projectRoot);
  try {
    await access(existsSync(built) ? built : projectRoot, constants.W_OK);
  } catch (error) {
    const message = `the portal must be built, but this user may not write ${built}; run "npm start" once as its owner`;
    throw new StartError("build_failed", message, { cause: error });
  }
}

async function runBuilder(projectRoot: string, logFile: string): Promise<number | null> {
  const log = await open(logFile, "w");
  const builder = join(projectRoot, "node_modules", "next", "dist", "bin", "next");
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [builder, "build"], {
        cwd: projectRoot,
        env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
        stdio: ["ignore", log.fd, log.fd],
      });
      child.on("error", reject);
      child.on("exit", (code) => resolve(code));
    });
  } finally {
    await log.close();
  }
}
