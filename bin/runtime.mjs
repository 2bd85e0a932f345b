// Plain JavaScript for any Node from 18 on: finds the project's packages and its own Node 24.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";

const NODE_MAJOR = 24;

/**
 * Installs the packages if some are missing. A thorough look compares every package with the lock file.
 * Install scripts stay off: newer npm blocks them anyway, so whatever one would do is done where it is needed.
 */
export function ensurePackages(projectRoot, { isThorough }) {
  const missing = isThorough ? listMissingPackages(projectRoot) : quickLook(projectRoot);
  if (missing.length === 0) return;
  const named = missing.slice(0, 3).join(", ") + (missing.length > 3 ? ` and ${missing.length - 3} more` : "");
  process.stderr.write(`holdfast: installing packages (missing or changed: ${named}); this takes about a minute\n`);
  const flags = ["ci", "--ignore-scripts", "--include=dev", "--include=optional", "--no-audit", "--no-fund"];
  const [command, ...first] = npmCommand();
  // npm's own output goes to stderr: stdout belongs to the command, which may be writing JSON.
  const run = spawnSync(command, [...first, ...flags], { cwd: projectRoot, stdio: ["ignore", 2, 2] });
  if (run.status !== 0) {
    fail(
      `"npm ci" did not succeed in ${projectRoot}${run.error ? ` (${run.error.message})` : ""}; run it there and read what it says`,
    );
  }
}

/** The Node to go on under: the project's own, or the machine's where the platform has no package. */
export function requireNode24(projectRoot) {
  const major = Number(process.versions.node.split(".")[0]);
  if (major === NODE_MAJOR) return process.execPath;
  const own = nodePackages().map((name) => join(projectRoot, "node_modules", name, "bin", "node"));
  const found = own.find((path) => existsSync(path));
  if (found) return found;
  if (major > NODE_MAJOR) return process.execPath;
  return fail(
    `this machine has Node ${process.versions.node}, and there is no Node ${NODE_MAJOR} package for ` +
      `${process.platform}-${process.arch}; install Node ${NODE_MAJOR} or newer and start again`,
  );
}

/** Runs a script under another Node in place of this process: same terminal, signals passed on, same exit code. */
export function goOnUnder(node, args) {
  // The channel tells the child when this process is gone, even by kill -9, so that nothing is left behind.
  const child = spawn(node, args, { stdio: ["inherit", "inherit", "inherit", "ipc"] });
  child.on("error", (error) => fail(`cannot run ${node}: ${error.message}`));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
}

/** What the lock file names and node_modules lacks, as "name@version"; optional packages may be absent. */
export function listMissingPackages(projectRoot) {
  if (quickLook(projectRoot).length > 0) return quickLook(projectRoot);
  const wanted = readLock(join(projectRoot, "package-lock.json"));
  const present = readLock(join(projectRoot, "node_modules", ".package-lock.json"));
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== "" && !isOptionalHere(entry) && present[path]?.version !== entry.version)
    .map(([path, entry]) => `${path.replace(/^.*node_modules\//, "")}@${entry.version}`);
}

function quickLook(projectRoot) {
  const marks = ["commander", "zod", "pg"];
  return marks.filter((name) => !existsSync(join(projectRoot, "node_modules", name, "package.json")));
}

function isOptionalHere(entry) {
  return entry.optional || entry.devOptional || entry.peer;
}

function readLock(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : {};
}

function nodePackages() {
  const prefix = process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";
  return [`${prefix}-${process.platform}-${process.arch}`, "node"];
}

/** npm as it was called (npm start), else the one beside this Node, else the one on the PATH. */
function npmCommand() {
  const beside = join(dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js");
  const cli = [process.env.npm_execpath, beside].find((path) => path?.endsWith("npm-cli.js") && existsSync(path));
  return cli ? [process.execPath, cli] : ["npm"];
}

function fail(message) {
  process.stderr.write(`holdfast: ${message}\n`);
  process.exit(1);
}
