import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { PackMember } from "../../engine/format/pack-builder.ts";
import { decodeTreePage } from "../../engine/format/tree-page.ts";
import { nodePrimitives as primitives } from "../../engine/primitives/node.ts";
import { ContentReader } from "../../engine/restore/content-reader.ts";
import { SnapshotReader } from "../../engine/restore/snapshot-reader.ts";
import { type BuiltSnapshot, buildSnapshot, type TestNode } from "../../engine/restore/testing/build-snapshot.ts";
import type { ZipLoss } from "../../engine/zip/zip-losses.ts";
import type { FileFailure } from "./write-task.ts";
import { writeZip } from "./write-zip.ts";
import { ZipFile } from "./zip-archive.ts";

const root = mkdtempSync(join(tmpdir(), "holdfast-zip-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let archives = 0;

async function zip(built: BuiltSnapshot, paths: readonly string[] = []) {
  const { source, keys, snapshotId } = built;
  const reader = await SnapshotReader.open({ source, keys, primitives }, snapshotId);
  const folder = join(root, String(archives++));
  execFileSync("mkdir", [folder]);
  const path = join(folder, "out.zip");
  const file = new ZipFile(path, `${path}.part`);
  const losses: ZipLoss[] = [];
  const failures: FileFailure[] = [];
  const { catalogue, chunkIdKey } = reader;
  const content = new ContentReader({ source, primitives, companyId: keys.companyId, catalogue, chunkIdKey });
  try {
    const counts = await writeZip({
      reader,
      content,
      paths,
      zip: file,
      onFailure: (failure) => failures.push(failure),
      onLoss: (loss) => losses.push(loss),
      onProgress: () => {},
    });
    if (failures.length === 0) await file.finish();
    else expect(readdirSync(folder)).toEqual([]);
    return { path, folder, losses, counts, failures };
  } catch (error) {
    await file.abort();
    expect(readdirSync(folder)).toEqual([]);
    throw error;
  }
}

function unzip(path: string): string {
  const to = `${path}.d`;
  execFileSync("unzip", ["-q", path, "-d", to]);
  return to;
}

const bytes = (value: string) => new Uint8Array(Buffer.from(value));
const file = (value: string): TestNode => ({ type: "file", pieces: [bytes(value)] });
const tree = (children: Record<string, TestNode>) => ({ type: "folder", mode: 0o755, children }) as const;
const binary = (text: string) => Buffer.from(text).toString("latin1");

describe("a ZIP", { timeout: 30_000 }, () => {
  it("unpacks to what was backed up: content, names, modes, symlinks, times", async () => {
    const large = Array.from({ length: 90 }, () => new Uint8Array(randomBytes(100_000)));
    const built = await buildSnapshot(
      tree({
        home: tree({
          "a.txt": { ...file("hello"), mode: 0o640, mtimeSeconds: 1_600_000_001 },
          [binary("grüße 漢.txt")]: file("text"),
          empty: { type: "file", pieces: [], mode: 0o755 },
          nothing: tree({}),
          large: { type: "file", pieces: [...large.slice(0, 50), { holeBytes: 300_000 }, ...large.slice(50)] },
          link: { type: "symlink", target: "../\\odd" },
        }),
      }),
    );
    const { path, losses, counts } = await zip(built);
    const to = unzip(path);
    expect(readFileSync(join(to, "home/a.txt"), "utf8")).toBe("hello");
    expect(lstatSync(join(to, "home/a.txt"))).toMatchObject({ mode: 0o100640, mtimeMs: 1_600_000_001_000 });
    expect(readFileSync(join(to, "home/grüße 漢.txt"), "utf8")).toBe("text");
    expect(lstatSync(join(to, "home/empty"))).toMatchObject({ mode: 0o100755, size: 0 });
    expect(readdirSync(join(to, "home/nothing"))).toEqual([]);
    expect(readlinkSync(join(to, "home/link"))).toBe("../\\odd");
    const content = Buffer.concat([...large.slice(0, 50), Buffer.alloc(300_000), ...large.slice(50)]);
    expect(readFileSync(join(to, "home/large")).equals(content)).toBe(true);
    expect(losses).toEqual([{ kind: "holes-filled", path: "home/large" }]);
    expect(counts).toMatchObject({ files: 4, folders: 2 });
  });

  it("says what it cannot hold, and how names are written instead", async () => {
    const linkId = new Uint8Array(16).fill(1);
    const xattrs = [{ name: bytes("user.x"), value: bytes("y") }];
    const built = await buildSnapshot(
      tree({
        "c:d": tree({ "a\\b": file("backslash"), "a%5Cb": file("neighbour") }),
        one: { ...file("linked"), linkId },
        two: { ...file("linked"), linkId },
        "n\xff": tree({ in: file("below") }),
        pipe: { type: "fifo" },
        ear: { type: "socket" },
        null: { type: "character-device", major: 1, minor: 3 },
        away: { type: "symlink", target: "\xff" },
        noted: { ...file("x"), xattrs },
        old: { ...file("x"), mtimeSeconds: 5 },
        ancient: { ...file("x"), mtimeSeconds: -1 },
      }),
    );
    const { path, losses } = await zip(built);
    const to = unzip(path);
    expect(losses.map(({ kind, path, writtenAs }) => [kind, path, writtenAs].filter(Boolean).join(" ")).sort()).toEqual(
      [
        "device null",
        "fifo pipe",
        "hard-link-copied two",
        "renamed c:d c%3Ad",
        "renamed c:d/a\\b c%3Ad/a%5Cb_",
        "renamed n\xff n%FF",
        "socket ear",
        "symlink-not-text away",
        "time-out-of-range ancient",
        "xattrs-dropped noted",
      ],
    );
    expect(readFileSync(join(to, "c%3Ad/a%5Cb_"), "utf8")).toBe("backslash");
    expect(readFileSync(join(to, "c%3Ad/a%5Cb"), "utf8")).toBe("neighbour");
    expect(readFileSync(join(to, "n%FF/in"), "utf8")).toBe("below");
    expect(readFileSync(join(to, "two"), "utf8")).toBe("linked");
    expect(lstatSync(join(to, "old")).mtimeMs).toBe(5_000);
  });

  it("holds thousands of files", async () => {
    const names = Array.from({ length: 1_500 }, (_, at) => `file-${at}`);
    const built = await buildSnapshot(tree(Object.fromEntries(names.map((name) => [name, file(name)]))));
    const { path } = await zip(built);
    const to = unzip(path);
    expect(readdirSync(to).sort()).toEqual(names.toSorted());
    expect(readFileSync(join(to, "file-1234"), "utf8")).toBe("file-1234");
  });

  it("is made from the other zone when one is damaged", async () => {
    const built = await buildSnapshot(tree({ a: file("good content of some length, so that it can be hit") }));
    for (const packId of built.contentPackIds) built.source.damage(0, packId, flipFirstFrame);
    const { path } = await zip(built);
    expect(readFileSync(join(unzip(path), "a"), "utf8")).toContain("good content");
  });

  it("is not written at all when documents cannot be had, and each of them is named", async () => {
    const large = Array.from({ length: 60 }, () => new Uint8Array(randomBytes(100_000)));
    const built = await buildSnapshot(
      tree({
        a: file("first good"),
        b: { type: "file", pieces: [...large, bytes("bad end")] },
        c: file("bad content"),
        d: tree({
          e: file("good content"),
          f: file("bad, "),
          g: { type: "file", pieces: [bytes("bad "), bytes("bad")] },
        }),
        h: file("last good"),
      }),
      { forge: spoil },
    );
    const { failures, counts } = await zip(built);
    expect(failures.map(({ path, code }) => `${path} ${code}`)).toEqual(
      ["b", "c", "d/f", "d/g"].map((path) => `${path} no_good_copy`),
    );
    expect(counts).toMatchObject({ failures: 4 });
  });

  it("is not written when the list of a document's chunks is lost, and the document is named", async () => {
    const pieces = Array.from({ length: 3_000 }, (_, at) => bytes(`piece ${at}`));
    const built = await buildSnapshot(tree({ a: file("good"), long: { type: "file", pieces }, z: file("good, too") }), {
      forge: spoilChunkLists,
    });
    const { failures } = await zip(built);
    expect(failures.map(({ path }) => path)).toEqual(["long"]);
  });
});

/** Stores other bytes under the ids of what begins with "bad": no zone has a good copy then. */
function spoil(member: PackMember): PackMember {
  if (member.kind !== 1 || !Buffer.from(member.plain).toString("latin1").startsWith("bad")) return member;
  return { ...member, plain: new Uint8Array(member.plain.length) };
}

function spoilChunkLists(member: PackMember): PackMember {
  if (member.kind !== 2 || decodeTreePage(member.plain).type !== "chunk-list-leaf") return member;
  return { ...member, plain: bytes("\x01\x00"), childIds: [] };
}

function flipFirstFrame(pack: Uint8Array): Uint8Array {
  return pack.map((byte, index) => (index === 290 ? byte ^ 1 : byte));
}
