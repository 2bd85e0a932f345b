import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Shortfalls } from "./apply-meta.ts";
import { DocumentWriter } from "./document-writer.ts";
import { FolderHandles } from "./folder-handles.ts";
import type { TaskFile } from "./write-task.ts";

const root = mkdtempSync(join(tmpdir(), "holdfast-writer-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

const content = Buffer.from("all of a document");
const meta = { sizeBytes: content.length, mode: 0o640, uid: 0, gid: 0, seconds: 7, nanoseconds: 9, xattrs: [] };
const document: TaskFile = {
  ...{ fileNumber: 0, folder: 0, name: "letter.txt", temporaryName: ".part", form: "direct", pieceCount: 1 },
  meta: { ...meta, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 },
};

function open(isNamed: boolean, isOverwriting = false) {
  const path = join(root, String(folders++));
  mkdirSync(path);
  const fd = openSync(path, "r");
  const handles = new FolderHandles(fd);
  const maker = { uid: process.geteuid?.() ?? -1, gid: process.getegid?.() ?? -1 };
  const writer = new DocumentWriter({ folders: handles, maker, shortfalls: new Shortfalls(), isOverwriting, isNamed });
  return { path, writer, close: () => closeSync(fd) };
}

describe.each([false, true])("a document (on a file system without nameless files: %s)", (isNamed) => {
  it("gets its name with all that it is, and nothing else stays", () => {
    const { path, writer, close } = open(isNamed);
    writer.writeWhole(document, "", [{ bytes: content, offset: 0 }]);
    expect(readdirSync(path)).toEqual(["letter.txt"]);
    expect(readFileSync(join(path, "letter.txt"))).toEqual(content);
    expect(statSync(join(path, "letter.txt"), { bigint: true })).toMatchObject({
      mode: 0o100640n,
      mtimeNs: 7_000_000_009n,
    });
    expect([writer.finishedFiles, writer.failures]).toEqual([1, []]);
    close();
  });

  it("never takes a name that something has, and says so", () => {
    const { path, writer, close } = open(isNamed);
    writeFileSync(join(path, "letter.txt"), "older");
    writer.writeWhole(document, "", [{ bytes: content, offset: 0 }]);
    expect(writer.failures).toMatchObject([{ path: "letter.txt", code: "EEXIST" }]);
    expect(readFileSync(join(path, "letter.txt"), "utf8")).toBe("older");
    expect(readdirSync(path)).toEqual(["letter.txt"]);
    close();
  });

  it("replaces what has its name at once, when it is told to", () => {
    const { path, writer, close } = open(isNamed, true);
    writeFileSync(join(path, "letter.txt"), "older and longer than the new one");
    const before = openSync(join(path, "letter.txt"), "r");
    writer.writeWhole(document, "", [{ bytes: content, offset: 0 }]);
    expect(readFileSync(before, "utf8")).toBe("older and longer than the new one");
    expect(readFileSync(join(path, "letter.txt"))).toEqual(content);
    expect(readdirSync(path)).toEqual(["letter.txt"]);
    closeSync(before);
    close();
  });

  it("that grows by parts has its name only after the last", () => {
    const { path, writer, close } = open(isNamed);
    const growing: TaskFile = { ...document, form: "parts", pieceCount: 2 };
    writer.writePart(growing, "", { bytes: content.subarray(7), offset: 7 });
    writer.closeParts();
    expect(existsSync(join(path, "letter.txt"))).toBe(false);
    writer.writePart(growing, "", { bytes: content.subarray(0, 7), offset: 0 });
    writer.finishParts(growing, "", false);
    expect(readFileSync(join(path, "letter.txt"))).toEqual(content);
    expect(readdirSync(path)).toEqual(["letter.txt"]);
    close();
  });
});
