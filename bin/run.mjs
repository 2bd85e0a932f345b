// Plain JavaScript for any Node from 18 on: `npm test`, `npm run check`, `bench` and `prove`. It sets up what they miss
// and goes on under the project's own Node 24.
import { spawnSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChecks } from "./checks.mjs";
import { ensurePrismaClient, ensureRouteTypes } from "./generate.mjs";
import { runProof } from "./proof.mjs";
import { ensurePackages, goOnUnder, requireNode24 } from "./runtime.mjs";
import { runTests } from "./tests.mjs";

const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));
const [task, ...rest] = process.argv.slice(2);

const tasks = {
  test: () => runTests(projectRoot, rest),
  check: () => {
    ensureRouteTypes(projectRoot, process.execPath);
    return runChecks(projectRoot);
  },
  bench: () => runScript(join("bench", "run.ts")),
  prove: () => runProof(projectRoot, rest),
};

if (!Object.hasOwn(tasks, task)) {
  process.stderr.write(`holdfast: run.mjs knows ${Object.keys(tasks).join(", ")}\n`);
  process.exit(2);
}
ensurePackages(projectRoot, { isThorough: true });
const node = requireNode24(projectRoot);
if (node === process.execPath) {
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
