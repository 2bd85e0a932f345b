// Plain JavaScript: runs vitest for the parts and then for the journeys, and adds both up.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBrowser } from "./browser.mjs";

/** The journeys come last and one at a time: each starts the whole service. */
const STAGES = [["pure", "database", "browser"], ["e2e"]];

/** `filters` are passed to vitest, as in `npm test -- server/db`. Ends with the summary "N passed, N failed, N skipped". */
export async function runTests(projectRoot, filters) {
  const browser = await findBrowser(projectRoot, process.execPath);
  // Tools that tests compare with, as unzip, read names as the locale says.
  const env = {
    ...process.env,
    NODE_ENV: "test",
    LC_ALL: "C.UTF-8",
    ...(browser ? { HOLDFAST_CHROMIUM: browser } : {}),
  };
  const results = mkdtempSync(join(tmpdir(), "holdfast-results-"));
  const total = { passed: 0, failed: 0, skipped: [] };
  if (!browser) total.skipped.push(...globSync("**/*.browser.test.ts", { exclude: ["node_modules"] }));
  try {
    for (const projects of STAGES) {
      const wanted = projects.filter((project) => browser || project !== "browser");
      addStage(
        total,
        runStage(projectRoot, { projects: wanted, filters, env, resultFile: join(results, `${projects[0]}.json`) }),
      );
    }
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
  for (const name of total.skipped) console.log(`skipped: ${name}`);
  if (!browser) console.log("skipped: everything that needs a browser, because no Chromium could be had");
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

function runStage(projectRoot, { projects, filters, env, resultFile }) {
  const args = ["run", ...filters, ...projects.flatMap((project) => ["--project", project]), "--passWithNoTests"];
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${resultFile}`];
  const vitest = join(projectRoot, "node_modules", "vitest", "vitest.mjs");
  const run = spawnSync(process.execPath, [vitest, ...args, ...reporters], { cwd: projectRoot, env, stdio: "inherit" });
  const report = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, "utf8")) : null;
  return { exitCode: run.status, report };
}

function addStage(total, { exitCode, report }) {
  const tests = (report?.testResults ?? []).flatMap(({ assertionResults }) => assertionResults);
  // A file that could not be loaded has no tests and still failed.
  const brokenFiles = (report?.testResults ?? []).filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((each) => each.status === "failed"),
  );
  const failed = tests.filter(({ status }) => status === "failed").length + brokenFiles.length;
  total.passed += tests.filter(({ status }) => status === "passed").length;
  // Errors outside of any test, as an unhandled rejection, fail the run, too.
  total.failed += failed === 0 && exitCode !== 0 ? 1 : failed;
  total.skipped.push(
    ...tests.filter(({ status }) => !["passed", "failed"].includes(status)).map(({ fullName }) => fullName),
  );
}
