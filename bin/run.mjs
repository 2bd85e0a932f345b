// Plain JavaScript for any Node from 18 on: `npm test`, `npm run check`, `bench`, `prove` and `simulate`. It sets up what they miss
// and goes on under the project's own Node 24; only that one loads the tasks.
import { spawnSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePackages, goOnUnder, requireNode24 } from "./runtime.mjs";

const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));
const [task, ...rest] = process.argv.slice(2);

const tasks = {
  test: async () => (await import("./tests.mjs")).runTests(projectRoot, rest),
  check: async () => {
    const [{ runChecks }, { ensureRouteTypes }] = await Promise.all([import("./checks.mjs"), import("./generate.mjs")]);
    ensureRouteTypes(projectRoot, process.execPath);
    return runChecks(projectRoot);
  },
  bench: () => runScript(join("bench", "run.ts")),
  simulate: () => runScript(join("server", "simulator", "main.ts")),
  prove: async () => (await import("./proof.mjs")).runProof(projectRoot, rest),
};

if (!Object.hasOwn(tasks, task)) {
  process.stderr.write(`holdfast: run.mjs knows ${Object.keys(tasks).join(", ")}\n`);
  process.exit(2);
}
ensurePackages(projectRoot, { isThorough: true });
const node = requireNode24(projectRoot);
if (node === process.execPath) {
  const { ensurePrismaClient } = await import("./generate.mjs");
  // Whatever the tools start by the name "node" is the same Node.
  process.env.PATH = [dirname(node), join(projectRoot, "node_modules", ".bin"), process.env.PATH].join(delimiter);
  process.chdir(projectRoot);
  ensurePrismaClient(projectRoot, node);
  process.exitCode = await tasks[task]();
} else {
  goOnUnder(node, [fileURLToPath(import.meta.url), task, ...rest]);
}

function runScript(script) {
  return spawnSync(process.execPath, [join(projectRoot, script), ...rest], { stdio: "inherit" }).status ?? 1;
}
