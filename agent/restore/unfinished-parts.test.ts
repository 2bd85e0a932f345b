import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeFifoAt } from "../platform/posix-restore.ts";
import { UnfinishedParts } from "./unfinished-parts.ts";

const root = mkdtempSync(join(tmpdir(), "holdfast-unfinished-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

function newTarget(): { path: string; fd: number } {
  const path = join(root, String(folders++));
  mkdirSync(join(path, "home", "ana"), { recursive: true });
  return { path, fd: openSync(path, "r") };
}

/** What a restore leaves that is killed: a list that nobody has locked, and files that it names. */
function leave(path: string, lines: readonly string[], prefix = ".holdfast-0123456789ab-"): void {
  writeFileSync(join(path, `${prefix}unfinished`), Buffer.from(lines.join(""), "latin1"));
}

const files = (folder: string, ...serials: number[]) => serials.map((serial) => ({ folder, serial }));

describe("what a dead restore left", () => {
  it("is removed by the next restore into the same folder, and nothing else is", () => {
    const { path, fd } = newTarget();
    const left = [".holdfast-0123456789ab-4", "home/.holdfast-0123456789ab-6", "home/ana/.holdfast-0123456789ab-9"];
    const kept = ["home/4", "home/.holdfast-0123456789ab-99", "home/.holdfast-ba9876543210-6", ".holdfast-notes"];
    for (const name of [...left, ...kept]) writeFileSync(join(path, name), "x");
    leave(path, ["4 4 \0", "5 7 home\0", "9 9 home/ana\0", "9 9 home/gone\0"]);
    UnfinishedParts.open(fd, path).close(true);
    for (const name of left) expect(existsSync(join(path, name)), name).toBe(false);
    for (const name of kept) expect(existsSync(join(path, name)), name).toBe(true);
    expect(readdirSync(path).sort()).toEqual([".holdfast-notes", "home"]);
    closeSync(fd);
  });

  it("is never that of one that lives", () => {
    const { path, fd } = newTarget();
    const living = UnfinishedParts.open(fd, path);
    const [part] = files("home", 3);
    if (!part) throw new Error("no part");
    living.note([part]);
    writeFileSync(join(path, "home", living.nameOf(part)), "half");
    UnfinishedParts.open(fd, path).close(false);
    expect(existsSync(join(path, "home", living.nameOf(part)))).toBe(true);
    living.close(false);
    expect(readdirSync(join(path, "home"))).toEqual(["ana"]);
    expect(readdirSync(path)).toEqual(["home"]);
    closeSync(fd);
  });

  it("is listed in order, across batches, folders and very many files", () => {
    const { path, fd } = newTarget();
    const parts = UnfinishedParts.open(fd, path);
    parts.note([...files("home", 1, 2, 5), ...files("home/ana", 6, 7)]);
    for (let batch = 0; batch < 3_000; batch++) parts.note(files(`${"long name ".repeat(10)}${batch}`, batch));
    parts.note(files("home", 90_000));
    const begun = ["home/1", "home/5", "home/ana/7", "home/90000"].map((each) => {
      const slash = each.lastIndexOf("/");
      return join(path, each.slice(0, slash), parts.nameOf({ serial: Number(each.slice(slash + 1)) }));
    });
    for (const file of begun) writeFileSync(file, "x");
    parts.close(false);
    expect(begun.filter((file) => existsSync(file))).toEqual([]);
    closeSync(fd);
  });

  it("is passed over where its list is odd: torn, leading out of the folder, without end, no file", () => {
    const { path, fd } = newTarget();
    const outside = mkdtempSync(join(root, "outside-"));
    const name = ".holdfast-0123456789ab-1";
    for (const folder of [outside, join(path, "home")]) writeFileSync(join(folder, name), "x");
    leave(path, [`1 1 ../${outside.slice(root.length + 1)}\0`, "0 99999999999 home\0", "1 x home\0", "1 1 home"]);
    mkdirSync(join(path, ".holdfast-000000000000-unfinished"));
    makeFifoAt(fd, ".holdfast-000000000001-unfinished", 0o600);
    symlinkSync("/etc/hostname", join(path, ".holdfast-000000000002-unfinished"));
    UnfinishedParts.open(fd, path).close(true);
    expect([outside, join(path, "home")].map((folder) => existsSync(join(folder, name)))).toEqual([true, true]);
    expect(readdirSync(path).filter((each) => each.endsWith("-unfinished"))).toHaveLength(3);
    closeSync(fd);
  });
});
