import {
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setAttributeSync } from "@napi-rs/xattr";
import { afterAll, expect, test } from "vitest";
import type { Piece } from "../../../engine/backup/testing/memory-source.ts";
import { describeSourceContract } from "../../../engine/backup/testing/source-contract.ts";
import type { SourceScene } from "../../../engine/backup/testing/source-scene.ts";
import { walkSource } from "../../../engine/backup/walk-source.ts";
import { compileExcludes } from "./excludes.ts";
import { FilesSource } from "./files-source.ts";
import { filesReader } from "./open-content.ts";
import { planSelection } from "./selection.ts";

const root = mkdtempSync(join(tmpdir(), "holdfast-files-"));
chmodSync(root, 0o755);
afterAll(() => rmSync(root, { recursive: true, force: true }));
let scenes = 0;

describeSourceContract("files", () => {
  const top = Buffer.from(join(root, String(scenes++)));
  mkdirSync(top);
  return new FilesScene(top);
});

/** A folder of its own, whose top counts as the top of the machine. */
class FilesScene implements SourceScene {
  readonly reader = filesReader;
  readonly #top: Buffer;

  constructor(top: Buffer) {
    this.#top = top;
  }

  open(isSameSelection = false): FilesSource {
    return new FilesSource({ selection: planSelection([Buffer.from("/")]), top: this.#top, isSameSelection });
  }

  addFolder(path: string): void {
    mkdirSync(this.#at(path));
  }

  writeFile(path: string, ...pieces: readonly Piece[]): void {
    const fd = openSync(this.#at(path), "w");
    let at = 0;
    for (const piece of pieces) {
      if (typeof piece !== "number") writeSync(fd, piece, 0, piece.length, at);
      at += typeof piece === "number" ? piece : piece.length;
    }
    ftruncateSync(fd, at);
    closeSync(fd);
  }

  addSymlink(path: string, target: string): void {
    symlinkSync(target, this.#at(path));
  }

  addLink(path: string, existing: string): void {
    linkSync(this.#at(existing), this.#at(path));
  }

  remove(path: string): void {
    if (lstatSync(this.#at(path)).isDirectory()) rmdirSync(this.#at(path));
    else unlinkSync(this.#at(path));
  }

  setMode(path: string, mode: number): void {
    chmodSync(this.#at(path), mode);
  }

  setXattr(path: string, name: string, value: Uint8Array): void {
    setAttributeSync(this.#at(path).toString(), name, Buffer.from(value));
  }

  withoutRights(path: string, work: () => void): void {
    const { mode } = lstatSync(this.#at(path));
    chmodSync(this.#at(path), 0o000);
    // Root may read everything: it gives that up for as long.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      work();
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(this.#at(path), mode & 0o7777);
    }
  }

  #at(path: string): Buffer {
    return Buffer.concat([this.#top, Buffer.from(`/${path}`, "latin1")]);
  }
}

function pathsOf(source: FilesSource): string[] {
  const paths: string[] = [];
  const folders: string[] = [];
  for (const event of walkSource(source)) {
    if (event.kind === "close") {
      folders.pop();
      event.folder?.close();
    }
    if (event.kind !== "open" && event.kind !== "leaf") continue;
    const name = Buffer.from(event.name).toString();
    paths.push([...folders, name].join("/"));
    if (event.kind === "open") folders.push(name);
  }
  source.close();
  return paths;
}

test("only what was selected is visited, without what is excluded and the agent's own folder", async () => {
  const top = join(root, "selected");
  for (const folder of ["home/own", "home/ann/deep", "home/bob", "etc"])
    mkdirSync(join(top, folder), { recursive: true });
  for (const file of ["home/ann/a", "home/ann/b.tmp", "home/ann/deep/c.tmp", "home/bob/d", "home/own/e", "etc/f"]) {
    writeFileSync(join(top, file), file);
  }
  const source = new FilesSource({
    selection: planSelection([Buffer.from("/home/ann"), Buffer.from("/home/own"), Buffer.from("/nowhere")]),
    isExcluded: await compileExcludes(["*.tmp"]),
    ownFolder: join(top, "home/own"),
    top: Buffer.from(top),
  });
  expect(pathsOf(source)).toEqual(["home", "home/ann", "home/ann/a", "home/ann/deep"]);
});

test.skipIf(process.platform !== "linux")(
  "what the system makes up when it is looked at is kept as an empty folder",
  () => {
    expect(pathsOf(new FilesSource({ selection: planSelection([Buffer.from("/proc")]) }))).toEqual(["proc"]);
  },
);
