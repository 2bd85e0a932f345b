/**
 * Runs dependency-cruiser over the rooms and demands that it saw every source file: a linter that silently
 * reads nothing reports success.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { z } from "zod";
import { listSourceFiles } from "./source-files.ts";

const Report = z.object({
  modules: z.array(z.object({ source: z.string() })),
  summary: z.object({
    violations: z.array(
      z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string(), severity: z.string() }) }),
    ),
  }),
});

const MAX_REPORT_BYTES = 256 * 1024 * 1024;

const files = listSourceFiles();
const rooms = [...new Set(files.map((path) => path.split("/")[0] ?? path))].filter((room) => existsSync(room));
const run = spawnSync(
  process.execPath,
  [
    "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs",
    "--config",
    ".dependency-cruiser.cjs",
    "-T",
    "json",
    ...rooms,
  ],
  { encoding: "utf8", maxBuffer: MAX_REPORT_BYTES },
);
if (!run.stdout.startsWith("{")) throw new Error(`dependency-cruiser failed: ${run.stderr || run.stdout}`);
const report = Report.parse(JSON.parse(run.stdout));
const cruised = new Set(report.modules.map((module) => module.source));
const missed = files.filter((path) => !cruised.has(path));
for (const path of missed) console.error(`doors: ${path} was not read by dependency-cruiser`);
for (const { rule, from, to } of report.summary.violations) console.error(`doors: ${rule.name}: ${from} -> ${to}`);
const bad = missed.length + report.summary.violations.length;
console.log(bad === 0 ? `doors: ${files.length} files, all doors respected` : `doors: ${bad} findings`);
process.exitCode = bad === 0 ? 0 : 1;
