// Plain JavaScript: runs vitest for the parts and then for the journeys, and adds both up.
import { spawn } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBrowser } from "./browser.mjs";

/**
 * The journeys come last, in lanes beside each other; tests of the database go beside those that need none. Each lane is a run of its own; the first one's output
 * is seen as it goes, the others' when they have ended.
 */
const STAGES = [
  [["pure", "browser"], ["database"]],
  [["e2e"], ["e2e-screens"], ["e2e-waits"]],
];
/** Waits for full minutes nearly all of the time: it goes on beside everything else, from the first moment on. */
const ALL_ALONG = ["e2e-schedule"];

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
    const start = (projects, isShown) => {
      const wanted = projects.filter((project) => browser || project !== "browser");
      const resultFile = join(results, `${projects[0]}.json`);
      return runVitest(projectRoot, { projects: wanted, filters, env, resultFile, isShown });
    };
    const allAlong = start(ALL_ALONG, false);
    for (const lanes of STAGES) {
      const runs = lanes.map((projects, lane) => start(projects, lane === 0));
      for (const run of runs) addRun(total, await run);
    }
    addRun(total, await allAlong);
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
  for (const name of total.skipped) console.log(`skipped: ${name}`);
  if (!browser) console.log("skipped: everything that needs a browser, because no Chromium could be had");
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

async function runVitest(projectRoot, { projects, filters, env, resultFile, isShown }) {
  const args = ["run", ...filters, ...projects.flatMap((project) => ["--project", project]), "--passWithNoTests"];
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${resultFile}`];
  const vitest = join(projectRoot, "node_modules", "vitest", "vitest.mjs");
  const stdio = isShown ? "inherit" : ["ignore", "pipe", "pipe"];
  const child = spawn(process.execPath, [vitest, ...args, ...reporters], { cwd: projectRoot, env, stdio });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => output.push(data));
  const exitCode = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code));
  });
  const report = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, "utf8")) : null;
  return { exitCode, report, output: Buffer.concat(output) };
}

function addRun(total, { exitCode, report, output }) {
  process.stdout.write(output);
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
