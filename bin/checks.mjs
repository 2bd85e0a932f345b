// Plain JavaScript: types, lint and format, doors, dead code, sizes. Runs all of them and says which failed.
import { spawnSync } from "node:child_process";

const CHECKS = [
  ["types", ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"]],
  ["types of the engine", ["node_modules/typescript/bin/tsc", "-p", "engine/tsconfig.json"]],
  ["lint and format", ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"]],
  ["doors", ["checks/doors.ts"]],
  ["dead code", ["node_modules/knip/bin/knip.js", "--no-progress"]],
  ["sizes", ["checks/sizes.ts"]],
];

export function runChecks(projectRoot) {
  const results = CHECKS.map(([name, args]) => {
    const run = spawnSync(process.execPath, args, { cwd: projectRoot, stdio: "inherit" });
    return { name, isGood: run.status === 0 };
  });
  for (const { name, isGood } of results) console.log(`${isGood ? "ok    " : "FAILED"} ${name}`);
  return results.every(({ isGood }) => isGood) ? 0 : 1;
}
