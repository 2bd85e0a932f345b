import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { decodeTreePage } from "../../engine/format/tree-page.ts";
import {
  type BuildOptions,
  type BuiltSnapshot,
  buildSnapshot,
  type TestFolder,
  type TestNode,
} from "../../engine/restore/testing/build-snapshot.ts";
import { pseudoRandom } from "../testing/odd-tree.ts";
import { type RestoreIntoOptions, restoreInto } from "./testing/restore-into.ts";

const root = mkdtempSync(join(tmpdir(), "holdfast-restore-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const isRoot = process.geteuid?.() === 0;
const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
let folders = 0;

const restore = (built: BuiltSnapshot, { to, ...options }: RestoreIntoOptions & { readonly to?: string } = {}) =>
  restoreInto(to ?? join(root, String(folders++)), built, options);

async function backup(children: Record<string, TestNode>, options: BuildOptions = {}) {
  return buildSnapshot({ type: "folder", children }, options);
}

const bytes = (value: string) => new Uint8Array(Buffer.from(value));
const file = (...pieces: (string | number)[]): TestNode => ({
  type: "file",
  ...owner,
  pieces: pieces.map((piece) => (typeof piece === "number" ? { holeBytes: piece } : bytes(piece))),
});
const folder = (children: Record<string, TestNode>): TestFolder => ({
  type: "folder",
  ...owner,
  mode: 0o755,
  children,
});

/** Everything below a folder, by path: type, mode, times, content or target. */
function readTree(path: Buffer, prefix = ""): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of readdirSync(path, { encoding: "buffer" })) {
    const full = Buffer.concat([path, Buffer.from("/"), name]);
    const stat = lstatSync(full, { bigint: true });
    const below = `${prefix}${name.toString("latin1")}`;
    const content = stat.isFile() ? readFileSync(full).toString("latin1") : null;
    found[below] = { mode: Number(stat.mode), mtime: stat.mtimeNs, size: stat.isFile() ? stat.size : 0n, content };
    if (stat.isDirectory()) Object.assign(found, readTree(full, `${below}/`));
  }
  return found;
}

function expectedTree(node: TestFolder, prefix = ""): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, child] of Object.entries(node.children)) {
    const type = { file: 0o100000, folder: 0o040000, symlink: 0o120000, fifo: 0o010000, socket: 0o140000 };
    const kind = child.type === "character-device" || child.type === "block-device" ? 0 : type[child.type];
    const content = child.type === "file" ? contentOf(child) : null;
    const mode = kind + (child.type === "symlink" ? 0o777 : (child.mode ?? 0o644));
    const mtime =
      BigInt(child.mtimeSeconds ?? 1_700_000_000) * 1_000_000_000n + BigInt(child.mtimeNanoseconds ?? 123_456_789);
    found[prefix + name] = { mode, mtime, size: BigInt(content?.length ?? 0), content };
    if (child.type === "folder") Object.assign(found, expectedTree(child, `${prefix}${name}/`));
  }
  return found;
}

function contentOf(node: TestNode & { type: "file" }): string {
  return node.pieces
    .map((piece) =>
      piece instanceof Uint8Array ? Buffer.from(piece).toString("latin1") : "\0".repeat(piece.holeBytes),
    )
    .join("");
}

describe("a restore", { timeout: 30_000 }, () => {
  it("gives back what was backed up: content, modes, times to the nanosecond, links, folders", async () => {
    const tree = folder({
      home: folder({
        "a.txt": file("hello"),
        empty: file(),
        "n\xe9\xff\n": { ...file("not UTF-8"), mode: 0o4755, mtimeSeconds: -5, mtimeNanoseconds: 7 },
        locked: { ...folder({ "in.txt": file("in a locked folder") }), mode: 0o555 },
        nothing: folder({}),
        link: { type: "symlink", ...owner, target: "../\xff", mtimeNanoseconds: 999_999_999 },
        pipe: { type: "fifo", ...owner, mode: 0o640 },
        ear: { type: "socket", ...owner, mode: 0o600 },
      }),
    });
    const { to, failures, shortfalls, counts } = await restore(await buildSnapshot(tree));
    expect(failures).toEqual([]);
    expect(shortfalls).toEqual([]);
    expect(readTree(Buffer.from(to))).toEqual(expectedTree(tree));
    expect(
      readFileSync(Buffer.concat([Buffer.from(`${to}/home/`), Buffer.from("n\xe9\xff\n", "latin1")]), "utf8"),
    ).toBe("not UTF-8");
    expect(counts).toMatchObject({ files: 4, folders: 3, others: 3, failures: 0 });
  });

  it("writes large files by parts, holes as holes, and hard links as links", async () => {
    const linkId = new Uint8Array(16).fill(9);
    const large = Array.from({ length: 40 }, (_, at) => new Uint8Array(70_000).fill(at));
    const built = await backup(
      {
        a: { type: "file", ...owner, pieces: large, linkId },
        b: file("start", 3 << 20, "end", 1 << 20),
        sub: folder({ c: { type: "file", ...owner, pieces: large, linkId } }),
      },
      { membersPerPack: 7 },
    );
    const { to, failures, counts } = await restore(built, { maxPieces: 5 });
    expect(failures).toEqual([]);
    expect(readFileSync(join(to, "a"))).toEqual(Buffer.concat(large));
    expect(statSync(join(to, "a")).ino).toBe(statSync(join(to, "sub/c")).ino);
    const sparse = statSync(join(to, "b"));
    expect(sparse.size).toBe(5 + (3 << 20) + 3 + (1 << 20));
    expect(sparse.blocks * 512).toBeLessThan(1 << 20);
    expect(counts).toMatchObject({ files: 2, links: 1 });
    expect(readdirSync(to).sort()).toEqual(["a", "b", "sub"]);
  });

  it("keeps xattrs, and says which the target does not take", async () => {
    const xattrs = [
      { name: bytes("user.note"), value: new Uint8Array([0, 255, 10]) },
      { name: bytes("bogus"), value: bytes("x") },
    ];
    const { to, shortfalls } = await restore(await backup({ a: { ...file("x"), xattrs } }));
    const taken = shortfalls.filter(({ code }) => code !== "ENOTSUP" && code !== "EOPNOTSUPP");
    expect(taken).toEqual([]);
    expect(shortfalls).toContainEqual(expect.objectContaining({ kind: "xattr", path: "a" }));
    expect(readFileSync(join(to, "a"), "utf8")).toBe("x");
  });

  it.runIf(isRoot)("as root gives owners back and makes devices", async () => {
    const built = await backup({
      a: { ...file("x"), uid: 12_345, gid: 54_321, mode: 0o6755 },
      null: { type: "character-device", major: 1, minor: 3, uid: 0, gid: 7, mode: 0o666 },
      disk: { type: "block-device", major: 259, minor: 70_000, mode: 0o600 },
    });
    const { to, failures } = await restore(built);
    expect(failures).toEqual([]);
    expect(statSync(join(to, "a"))).toMatchObject({ uid: 12_345, gid: 54_321, mode: 0o106755 });
    expect(execFileSync("stat", ["-c", "%F %t %T %g", join(to, "null")], { encoding: "utf8" }).trim()).toBe(
      "character special file 1 3 7",
    );
    expect(execFileSync("stat", ["-c", "%F %t %T", join(to, "disk")], { encoding: "utf8" }).trim()).toBe(
      "block special file 103 11170",
    );
  });

  it("reaches paths that are longer than the system takes in one piece", async () => {
    const name = "d".repeat(255);
    let tree: TestNode = folder({ "deep.txt": file("down here") });
    for (let depth = 0; depth < 150; depth++) tree = folder({ [name]: tree });
    const { to, failures } = await restore(await backup({ top: tree }));
    expect(failures).toEqual([]);
    expect(execFileSync("find", [to, "-name", "deep.txt", "-printf", "%s"], { encoding: "utf8" })).toBe("9");
  });

  it("restores only what was asked for, below folders like those on the machine", async () => {
    const tree = { home: folder({ ana: folder({ a: file("a"), b: file("b") }), bo: folder({ c: file("c") }) }) };
    const { to } = await restore(await backup(tree), { paths: ["/home/ana/b", "/home/bo"] });
    expect(Object.keys(readTree(Buffer.from(to))).sort()).toEqual([
      "home",
      "home/ana",
      "home/ana/b",
      "home/bo",
      "home/bo/c",
    ]);
  });

  it("never writes through a symlink that is in the way", async () => {
    const outside = join(root, "outside");
    mkdirSync(outside);
    const to = join(root, String(folders++));
    mkdirSync(to);
    symlinkSync(outside, join(to, "home"));
    const { failures } = await restore(await backup({ home: folder({ a: file("a") }) }), { to, isOverwriting: true });
    expect(failures.map(({ path }) => path)).toContain("home/a");
    expect(readdirSync(outside)).toEqual([]);
  });

  it("replaces existing files only when it is told to", async () => {
    const large = Array.from({ length: 9 }, (_, at) => new Uint8Array(70_000).fill(at));
    const built = await backup({
      small: file("new"),
      large: { type: "file", ...owner, pieces: large },
      link: { type: "symlink", target: "x" },
    });
    const to = join(root, String(folders++));
    mkdirSync(to);
    for (const name of ["small", "large", "link"]) writeFileSync(join(to, name), "old");
    const refused = await restore(built, { to });
    expect(refused.failures.map(({ path, code }) => `${path} ${code}`).sort()).toEqual([
      "large EEXIST",
      "link EEXIST",
      "small EEXIST",
    ]);
    expect(readFileSync(join(to, "large"), "utf8")).toBe("old");
    const replaced = await restore(built, { to, isOverwriting: true });
    expect(replaced.failures).toEqual([]);
    expect(readFileSync(join(to, "small"), "utf8")).toBe("new");
    expect(readFileSync(join(to, "large"))).toEqual(Buffer.concat(large));
    expect(readdirSync(to).sort()).toEqual(["large", "link", "small"]);
  });
});

describe("damage", { timeout: 30_000 }, () => {
  const large = Array.from({ length: 12 }, (_, at) => new Uint8Array(randomBytes(70_000)).fill(at + 1, 0, 100));
  const tree = { whole: file("good"), large: { type: "file", ...owner, pieces: large } } as const;

  it.each([[3], [1_000]])("in one zone is made good from the other (batches of %i)", async (maxPieces) => {
    const built = await backup(tree, { membersPerPack: 4 });
    for (const packId of built.contentPackIds) built.source.damage(0, packId, flipMiddle);
    const { to, failures } = await restore(built, { maxPieces });
    expect(failures).toEqual([]);
    expect(readFileSync(join(to, "large"))).toEqual(Buffer.concat(large));
    expect(built.source.reports).toContainEqual(expect.objectContaining({ zoneId: "zone1", code: "bad_frame_hash" }));
  });

  it("of a directory is made good from the other zone's", async () => {
    const built = await backup(tree, { membersPerPack: 4 });
    for (const at of [40, 100, 140]) {
      for (const packId of built.contentPackIds) built.source.damage(0, packId, (pack) => flip(pack, pack.length - at));
      const { to, failures } = await restore(built, { maxPieces: 5 });
      expect(failures).toEqual([]);
      expect(readFileSync(join(to, "large"))).toEqual(Buffer.concat(large));
    }
  });

  it("of a hard link's first name lets no other name stand for what lay there before", async () => {
    const linkId = new Uint8Array(16).fill(9);
    const node: TestNode = { type: "file", ...owner, pieces: [new Uint8Array(90_000).fill(1)], linkId };
    const built = await backup({ a: node, b: node });
    const to = join(root, String(folders++));
    mkdirSync(to);
    writeFileSync(join(to, "a"), "from before");
    for (const zone of [0, 1] as const) built.source.damage(zone, built.contentPackIds[0] ?? "", flipMiddle);
    const { failures } = await restore(built, { to, isOverwriting: true });
    expect(failures.map(({ path, code }) => [path, code])).toEqual([
      ["a", "no_good_copy"],
      ["b", "first_name_failed"],
    ]);
    expect(readdirSync(to)).toEqual(["a"]);
  });

  it.each([[3], [1_000]])(
    "in all zones names the document and leaves nothing of it (batches of %i)",
    async (maxPieces) => {
      const built = await backup(tree, { membersPerPack: 4 });
      const packId = built.contentPackIds[1] ?? "";
      for (const zone of [0, 1] as const) built.source.damage(zone, packId, flipMiddle);
      const { to, failures, counts } = await restore(built, { maxPieces });
      expect(failures).toEqual([expect.objectContaining({ path: "large", code: "no_good_copy" })]);
      expect(readdirSync(to)).toEqual(["whole"]);
      expect(counts).toMatchObject({ files: 1, failures: 1 });
    },
  );

  it.each([[3], [1_000]])(
    "by a pack that is gone from both zones names what was in it (batches of %i)",
    async (maxPieces) => {
      const built = await backup(tree, { membersPerPack: 4 });
      for (const zone of built.source.zones) zone.delete(built.contentPackIds[1] ?? "");
      const { to, failures } = await restore(built, { maxPieces });
      expect(failures).toEqual([expect.objectContaining({ path: "large", code: "no_good_copy" })]);
      expect(readdirSync(to)).toEqual(["whole"]);
    },
  );

  it("by content that lies under another content's id is shown", async () => {
    const built = await backup(tree, {
      forge: (member) => (member.kind === 1 ? { ...member, plain: member.plain.map((byte) => byte ^ 1) } : member),
    });
    const { to, failures } = await restore(built);
    expect(failures.map(({ path }) => path).sort()).toEqual(["large", "whole"]);
    expect(built.source.reports.map(({ code }) => code)).toContain("bad_chunk_id");
    expect(readdirSync(to)).toEqual([]);
  });

  it.each([[500], [100_000]])(
    "of the list of a document's chunks names the document alone (batches of %i)",
    async (maxPieces) => {
      const pieces = Array.from({ length: 9_000 }, (_, at) => bytes(`${at} `));
      let lists = 0;
      const built = await backup(
        { a: file("before"), long: { type: "file", ...owner, pieces }, z: file("after") },
        {
          forge: (member) => {
            const isList = member.kind === 2 && decodeTreePage(member.plain).type === "chunk-list-leaf";
            if (!isList || ++lists !== 2) return member;
            return { ...member, plain: new Uint8Array([1, 0]), childIds: [] };
          },
        },
      );
      const { to, failures } = await restore(built, { maxPieces });
      expect(lists).toBeGreaterThan(1);
      expect(failures).toEqual([expect.objectContaining({ path: "long", code: "no_good_copy" })]);
      expect(readdirSync(to).sort()).toEqual(["a", "z"]);
    },
  );

  it("is found by verifying, which writes nothing", async () => {
    const built = await backup(tree, { membersPerPack: 4 });
    expect((await restore(built, { isVerifying: true })).counts).toMatchObject({ files: 2, failures: 0 });
    for (const zone of [0, 1] as const) built.source.damage(zone, built.contentPackIds[0] ?? "", flipMiddle);
    const { counts, failures } = await restore(built, { isVerifying: true });
    expect(counts.failures).toBeGreaterThan(0);
    expect(failures[0]).toMatchObject({ code: "no_good_copy" });
  });
});

it("any tree that goes in comes out", async () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 12 })
    .map((raw) => Buffer.from(raw.map((byte) => (byte === 0 || byte === 0x2f ? 0x61 : byte))).toString("latin1"))
    .filter((text) => !/^\.{1,2}$/.test(text));
  const meta = { ...owner, mtimeSeconds: 1_600_000_000 };
  const piece = fc.oneof(
    {
      weight: 4,
      // Bytes from a seed: drawn one by one they cost more than all that is tested here.
      arbitrary: fc
        .tuple(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 2 ** 31 - 2 }))
        .map(([sizeBytes, seed]) => new Uint8Array(pseudoRandom(sizeBytes, seed))),
    },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 200_000 }).map((holeBytes) => ({ holeBytes })) },
  );
  const leaf: fc.Arbitrary<TestNode> = fc.oneof(
    fc.record({
      type: fc.constant("file" as const),
      pieces: fc.array(piece, { maxLength: 6 }),
      mode: fc.integer({ min: 0, max: 0o777 }),
    }),
    fc.record({ type: fc.constant("symlink" as const), target: name }),
    fc.record({ type: fc.constant("fifo" as const), mode: fc.constant(0o600) }),
  );
  const { node } = fc.letrec<{ node: TestNode; folder: TestFolder }>((tie) => ({
    node: fc.oneof({ maxDepth: 4 }, leaf, tie("folder")).map((one) => ({ ...meta, ...one })),
    folder: fc.record({
      type: fc.constant("folder" as const),
      mode: fc.integer({ min: 0, max: 0o777 }),
      children: fc.dictionary(name, tie("node"), { maxKeys: 5, noNullPrototype: true }),
    }),
  }));
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(name, node, { maxKeys: 6, noNullPrototype: true }),
      fc.integer({ min: 1, max: 9 }),
      async (children, size) => {
        const tree: TestFolder = { type: "folder", children };
        const { to, failures } = await restore(await buildSnapshot(tree, { membersPerPack: size }), {
          maxPieces: size,
        });
        expect(failures).toEqual([]);
        expect(readTree(Buffer.from(to))).toEqual(expectedTree(tree));
        execFileSync("chmod", ["-R", "u+rwX", to]);
        rmSync(to, { recursive: true, force: true });
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

function flipMiddle(pack: Uint8Array): Uint8Array {
  return flip(pack, 300 + Math.floor((pack.length - 300) / 3));
}

function flip(pack: Uint8Array, at: number): Uint8Array {
  return pack.map((byte, index) => (index === at ? byte ^ 1 : byte));
}
