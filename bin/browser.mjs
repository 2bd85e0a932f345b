// Plain JavaScript: finds a Chromium for the tests, or gets one.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const SYSTEM_BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
/** A Chromium inside an npm package (Linux x64, 65 MB), for machines that can fetch nothing else. */
const PACKAGED_BROWSER = "@sparticuz/chromium";
const PACKAGED_BROWSER_VERSION = "153.0.0";

/** The path of a Chromium, or null with the reasons said on stderr. In the order: system, Debian, Playwright, npm. */
export async function findBrowser(projectRoot, node) {
  const named = process.env.HOLDFAST_CHROMIUM;
  if (named) return named;
  return (
    SYSTEM_BROWSERS.find(isExecutable) ??
    installFromDebian() ??
    (await installByPlaywright(projectRoot, node)) ??
    (await installFromNpm(projectRoot))
  );
}

function installFromDebian() {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return null;
  say("installing Debian's chromium for the browser tests");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-qq"], { env, stdio: ["ignore", 2, 2] });
  spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], {
    env,
    stdio: ["ignore", 2, 2],
  });
  return SYSTEM_BROWSERS.find(isExecutable) ?? null;
}

async function installByPlaywright(projectRoot, node) {
  const { chromium } = await import(
    pathToFileURL(join(projectRoot, "node_modules", "playwright-core", "index.mjs")).href
  );
  if (!isExecutable(chromium.executablePath())) {
    say("installing Playwright's Chromium for the browser tests");
    const cli = join(projectRoot, "node_modules", "playwright-core", "cli.js");
    spawnSync(node, [cli, "install", "chromium"], { cwd: projectRoot, stdio: ["ignore", 2, 2], timeout: 300_000 });
  }
  return isExecutable(chromium.executablePath()) ? chromium.executablePath() : null;
}

async function installFromNpm() {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "holdfast-test-browser");
  const main = join(folder, "node_modules", PACKAGED_BROWSER, "build", "index.js");
  try {
    if (!existsSync(main)) {
      say("installing a Chromium from npm for the browser tests");
      mkdirSync(folder, { recursive: true });
      const wanted = `${PACKAGED_BROWSER}@${PACKAGED_BROWSER_VERSION}`;
      spawnSync("npm", ["install", "--prefix", folder, "--no-save", "--ignore-scripts", wanted], {
        stdio: ["ignore", 2, 2],
      });
    }
    const { default: packaged } = await import(pathToFileURL(main).href);
    const path = await packaged.executablePath();
    return isExecutable(path) ? path : null;
  } catch (error) {
    say(`no Chromium could be had: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function say(message) {
  process.stderr.write(`holdfast: ${message}\n`);
}
