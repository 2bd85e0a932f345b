// Plain JavaScript: `npm run prove`, the tests at whole size, and once more as an ordinary user when started as root.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { runTests } from "./tests.mjs";

export async function runProof(projectRoot, filters) {
  process.env.HOLDFAST_PROVE = "1";
  const exitCode = await runTests(projectRoot, filters);
  if (process.getuid?.() !== 0) return exitCode;
  return Math.max(exitCode, proveAsOrdinaryUser(projectRoot, filters));
}

/** A clean clone with its packages, owned by an account without rights, runs `npm test` there. */
function proveAsOrdinaryUser(projectRoot, filters) {
  const account = findOrdinaryAccount();
  if (!account) {
    console.log("skipped: the run as an ordinary user, because there is no account without rights");
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), "holdfast-ordinary-"));
  console.log(`\nOnce more as "${account.name}", in ${folder}`);
  try {
    const checkout = join(folder, "holdfast");
    const clone = spawnSync("git", ["clone", "--quiet", projectRoot, checkout], { stdio: "inherit" });
    if (clone.status !== 0) return 1;
    cpSync(join(projectRoot, "node_modules"), join(checkout, "node_modules"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    giveAway(folder, account);
    chmodSync(folder, 0o755);
    // Its own Node: this one may lie where only root gets in.
    const isOwn = process.execPath.startsWith(projectRoot);
    const node = isOwn ? join(checkout, relative(projectRoot, process.execPath)) : process.execPath;
    const run = spawnSync(node, [join(checkout, "bin", "run.mjs"), "test", ...filters], {
      cwd: checkout,
      uid: account.uid,
      gid: account.gid,
      env: { PATH: process.env.PATH, HOME: folder, LANG: process.env.LANG ?? "C.UTF-8" },
      stdio: "inherit",
    });
    return run.status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function findOrdinaryAccount() {
  if (!existsSync("/etc/passwd")) return undefined;
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  return accounts.find(({ name }) => name === "nobody");
}

function giveAway(path, { uid, gid }) {
  chownSync(path, uid, gid);
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    lchownSync(join(entry.parentPath, entry.name), uid, gid);
  }
}
