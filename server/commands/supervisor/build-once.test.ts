import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Build, buildOnce } from "./build-once.ts";

let projectRoot: string;

beforeEach(() => {
  projectRoot = mkdtempSync(join(tmpdir(), "holdfast-build-"));
  mkdirSync(join(projectRoot, "public"));
  mkdirSync(join(projectRoot, "app"));
  writeFileSync(join(projectRoot, "app", "page.ts"), "first");
  const builder = `import { appendFileSync, mkdirSync } from "node:fs";
mkdirSync("out", { recursive: true });
appendFileSync("out/builds", "built ");`;
  writeFileSync(join(projectRoot, "builder.mjs"), builder);
});
afterEach(() => rmSync(projectRoot, { recursive: true, force: true }));

function build(): Promise<void> {
  const wanted: Build = {
    what: "the page",
    projectRoot,
    folder: join(projectRoot, "out"),
    sources: ["{app,public}/**/*"],
    leftOut: ["public/made"],
    command: [join(projectRoot, "builder.mjs")],
    logFile: join(projectRoot, "build.log"),
  };
  return buildOnce(wanted, () => undefined);
}

const builds = () =>
  readFileSync(join(projectRoot, "out", "builds"), "utf8")
    .trim()
    .split(" ").length;

test("builds when its sources changed, and not again", async () => {
  await build();
  await build();
  expect(builds()).toBe(1);
  writeFileSync(join(projectRoot, "app", "page.ts"), "second");
  await build();
  expect(builds()).toBe(2);
});

test("is not built anew for what another build makes, and for the lock beside it", async () => {
  await build();
  writeFileSync(join(projectRoot, "public", "made.lock"), "1 2");
  mkdirSync(join(projectRoot, "public", "made"));
  writeFileSync(join(projectRoot, "public", "made", "index.html"), "built");
  await build();
  expect(builds()).toBe(1);
});

test("is built once when two ask for it together", async () => {
  await Promise.all([build(), build()]);
  expect(builds()).toBe(1);
});
