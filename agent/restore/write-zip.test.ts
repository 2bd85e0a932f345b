import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { nodePrimitives as primitives } from "../../engine/primitives/node.ts";
import { ContentReader } from "../../engine/restore/content-reader.ts";
import { SnapshotReader } from "../../engine/restore/snapshot-reader.ts";
import { type BuiltSnapshot, buildSnapshot, type TestNode } from "../../engine/restore/testing/build-snapshot.ts";
import type { ZipLoss } from "../../engine/zip/zip-losses.ts";
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
  const { catalogue, chunkIdKey } = reader;
  const content = new ContentReader({ source, primitives, companyId: keys.companyId, catalogue, chunkIdKey });
  try {
    const counts = await writeZip({
      reader,
      content,
      paths,
      zip: file,
      onLoss: (loss) => losses.push(loss),
      onProgress: () => {},
    });
    await file.finish();
    return { path, folder, losses, counts };
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

  it("is not written at all when a document cannot be had, and names the document", async () => {
    const built = await buildSnapshot(
      tree({ a: file("x"), b: file("good content of some length, so that it can be hit") }),
    );
    for (const zone of [0, 1] as const) {
      for (const packId of built.contentPackIds) built.source.damage(zone, packId, flipFirstFrame);
    }
    await expect(zip(built)).rejects.toMatchObject({
      code: "document_missing",
      message: expect.stringContaining("/a"),
    });
  });
});

function flipFirstFrame(pack: Uint8Array): Uint8Array {
  return pack.map((byte, index) => (index === 290 ? byte ^ 1 : byte));
}
