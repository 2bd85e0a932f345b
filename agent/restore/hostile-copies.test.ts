import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { nodePrimitives as primitives } from "../../engine/primitives/node.ts";
import { ContentReader } from "../../engine/restore/content-reader.ts";
import { SnapshotReader } from "../../engine/restore/snapshot-reader.ts";
import { type BuiltSnapshot, buildSnapshot, type TestFolder } from "../../engine/restore/testing/build-snapshot.ts";
import { restoreInto } from "./testing/restore-into.ts";
import type { FileFailure } from "./write-task.ts";
import { writeZip } from "./write-zip.ts";
import { ZipFile } from "./zip-archive.ts";

const root = mkdtempSync(join(tmpdir(), "holdfast-hostile-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(root, String(folders++));

const bytes = (value: string) => new Uint8Array(Buffer.from(value));
const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
const file = (...pieces: string[]) => ({ type: "file", ...owner, pieces: pieces.map(bytes) }) as const;
const tree: TestFolder = {
  type: "folder",
  children: {
    "a.txt": file("the first letter"),
    "b.txt": file("the second letter, ", "in two pieces"),
    "c.txt": file("the third letter, ", "which shares, ", "in two pieces"),
  },
};
const letters = {
  "a.txt": "the first letter",
  "b.txt": "the second letter, in two pieces",
  "c.txt": "the third letter, which shares, in two pieces",
};

/** What a machine that lies stores under the ids of others: `lies` says of which. */
async function addGarbage(
  { source }: BuiltSnapshot,
  { seed, lies = () => true, isMeta = false }: { seed: string; lies?: (text: string) => boolean; isMeta?: boolean },
): Promise<readonly string[]> {
  const hostile = await buildSnapshot(tree, {
    seed,
    forge: (member) => {
      if (member.kind === 3 || (member.kind === 2) !== isMeta) return member;
      if (isMeta) return { ...member, plain: bytes("\x01\x00"), childIds: [] };
      const text = Buffer.from(member.plain).toString();
      return lies(text) ? { ...member, plain: bytes("x".repeat(text.length)) } : member;
    },
  });
  const packIds = isMeta ? hostile.metaPackIds : hostile.contentPackIds;
  for (const packId of packIds) source.addPack(packId, hostile.source.zones[0].get(packId) ?? new Uint8Array(0));
  return packIds;
}

function readLetters(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

async function zip({ source, keys, snapshotId }: BuiltSnapshot): Promise<string> {
  const reader = await SnapshotReader.open({ source, keys, primitives }, snapshotId);
  const folder = newFolder();
  execFileSync("mkdir", [folder]);
  const archive = new ZipFile(join(folder, "out.zip"), join(folder, "part"));
  const { catalogue, chunkIdKey } = reader;
  const content = new ContentReader({ source, primitives, companyId: keys.companyId, catalogue, chunkIdKey });
  const failures: FileFailure[] = [];
  const onFailure = (failure: FileFailure) => failures.push(failure);
  await writeZip({ reader, content, paths: [], zip: archive, onFailure, onLoss: () => {}, onProgress: () => {} });
  expect(failures).toEqual([]);
  await archive.finish();
  execFileSync("unzip", ["-q", "out.zip", "-d", "out"], { cwd: folder });
  return join(folder, "out");
}

describe("garbage that another machine stored under the same ids", { timeout: 30_000 }, () => {
  it.each([1_000, 1])("is passed over for the good copies (%s members a pack)", async (membersPerPack) => {
    const built = await buildSnapshot(tree, { membersPerPack });
    const garbage = await addGarbage(built, { seed: "hostile" });
    const { to, failures, counts } = await restoreInto(newFolder(), built);
    expect(failures).toEqual([]);
    expect(readLetters(to)).toEqual(letters);
    expect(counts.files).toBe(3);
    expect(built.source.reports.map(({ packId }) => packId)).toContain(garbage[0]);
    expect(readLetters(await zip(built))).toEqual(letters);
  });

  it("is passed over however often it is there, and when a document runs over several batches", async () => {
    const built = await buildSnapshot(tree);
    for (const seed of ["one", "two", "three"]) await addGarbage(built, { seed });
    const { to, failures } = await restoreInto(newFolder(), built, { maxPieces: 1 });
    expect(failures).toEqual([]);
    expect(readLetters(to)).toEqual(letters);
    const verified = await restoreInto(newFolder(), built, { isVerifying: true });
    expect(verified.counts).toMatchObject({ files: 3, failures: 0 });
  });

  it("does not spoil what is good beside it, be it the only copy", async () => {
    const built = await buildSnapshot(tree);
    await addGarbage(built, { seed: "half", lies: (text) => text.includes("two pieces") });
    const [honest] = built.contentPackIds;
    for (const zone of built.source.zones) zone.delete(honest ?? "");
    const { to, failures, counts } = await restoreInto(newFolder(), built);
    expect(readLetters(to)).toEqual({ "a.txt": letters["a.txt"] });
    expect(failures.map(({ path, code }) => `${path} ${code}`).sort()).toEqual([
      "b.txt no_good_copy",
      "c.txt no_good_copy",
    ]);
    expect(counts).toMatchObject({ files: 1, failures: 2 });
  });

  it("is passed over among the pages of a tree", async () => {
    const built = await buildSnapshot(tree);
    await addGarbage(built, { seed: "pages", isMeta: true });
    const { to, failures } = await restoreInto(newFolder(), built);
    expect(failures).toEqual([]);
    expect(readLetters(to)).toEqual(letters);
  });

  it("names the documents when every pack that holds an id is lost or lies", async () => {
    const built = await buildSnapshot(tree);
    await addGarbage(built, { seed: "all" });
    for (const zone of built.source.zones) zone.delete(built.contentPackIds[0] ?? "");
    const { to, failures } = await restoreInto(newFolder(), built);
    expect(failures.map(({ path }) => path).sort()).toEqual(["a.txt", "b.txt", "c.txt"]);
    expect(readdirSync(to)).toEqual([]);
  });
});
