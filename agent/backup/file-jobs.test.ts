import { appendFileSync, linkSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { TreeBuilder } from "../../engine/tree/tree-builder.ts";
import { statPath } from "../platform/posix-read.ts";
import { fingerprintOf, readFingerprint } from "../sources/files/fingerprint.ts";
import { FileJobs } from "./file-jobs.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-jobs-"));
  writeFileSync(join(folder, "a"), "first");
  linkSync(join(folder, "a"), join(folder, "b"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function jobs(): FileJobs {
  const chunkIdKey = new Uint8Array(32);
  const ignore = () => undefined;
  const tree = new TreeBuilder({ primitives: nodePrimitives, chunkIdKey, emit: ignore });
  const options = { chunkIdKey, tree, submit: ignore, wake: ignore };
  return new FileJobs(options);
}
const found = (name: string) => {
  const path = Buffer.from(join(folder, name));
  const stat = statPath(path);
  return { kind: "leaf", name: Buffer.from(name), path, stat, isSame: false, cached: undefined } as const;
};
const linkIdOf = (name: string) => readFingerprint(fingerprintOf(found(name).stat)).linkId;

test("two names of one unchanged inode are read once and carry one link id", () => {
  const all = jobs();
  expect(all.read(found("b"))).toBe(all.read(found("a")));
  expect(linkIdOf("a")).toHaveLength(16);
  expect(linkIdOf("b")).toEqual(linkIdOf("a"));
});

test("an inode that holds something else by the time of its second name is read again, and is no link to the first", () => {
  const all = jobs();
  const [first, linkId] = [all.read(found("a")), linkIdOf("a")];
  // What a file system does, too, when it gives the number of a removed inode to a new file.
  appendFileSync(join(folder, "b"), " and second");
  expect(all.read(found("b"))).not.toBe(first);
  expect(linkIdOf("b")).not.toEqual(linkId);
});
