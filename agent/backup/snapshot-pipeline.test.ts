import {
  appendFileSync,
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TreeEntry } from "../../engine/format/tree-entry.ts";
import { BackupRig } from "../testing/backup-rig.ts";
import { makeOddTree, pseudoRandom } from "../testing/odd-tree.ts";

const MIB = 1024 * 1024;
const isRoot = process.getuid?.() === 0;
let rig: BackupRig;

beforeEach(() => {
  rig = new BackupRig();
  mkdirSync(rig.source);
});
afterEach(() => rig.remove());

const at = (name: string) => join(rig.source, name);
const textOf = (path: Uint8Array) => Buffer.from(path).toString();

/** Compares every object of the source with the entry that was read back from the packs. */
async function expectEqualTrees(entries: ReadonlyMap<string, TreeEntry>): Promise<void> {
  const seen = new Set<string>([""]);
  async function compare(path: Buffer, key: string): Promise<void> {
    const entry = entries.get(key);
    const stat = lstatSync(path, { bigint: true });
    if (entry === undefined) throw new Error(`${key} is not in the snapshot`);
    seen.add(key);
    expect(entry.mode, key).toBe(Number(stat.mode & 0o7777n));
    expect([entry.uid, entry.gid], key).toEqual([Number(stat.uid), Number(stat.gid)]);
    const mtimeNs = BigInt(entry.mtimeSeconds) * 1_000_000_000n + BigInt(entry.mtimeNanoseconds);
    expect(mtimeNs, key).toBe(stat.mtimeNs);
    expect(entry.linkId !== undefined, key).toBe(!stat.isDirectory() && stat.nlink > 1n);
    if (entry.type === "file") {
      expect(stat.isFile(), key).toBe(true);
      expect(Buffer.compare(await rig.contentOf(entry), readFileSync(path)), key).toBe(0);
    }
    if (entry.type === "symlink") {
      expect(Buffer.from(entry.target).equals(readlinkSync(path, { encoding: "buffer" })), key).toBe(true);
    }
    if (!stat.isDirectory()) return;
    for (const name of readdirSync(path, { encoding: "buffer" })) {
      await compare(Buffer.concat([path, Buffer.from("/"), name]), `${key}/${name.toString("latin1")}`);
    }
  }
  await compare(Buffer.from(rig.source), "");
  expect([...entries.keys()].filter((key) => !seen.has(key))).toEqual([]);
}

describe("what is read back is what was there", () => {
  test("every oddity of a file system", async () => {
    makeOddTree(rig.source);
    const { treeId, counters, gaps } = await rig.backUp();
    expect(gaps.listed).toEqual([]);
    const entries = await rig.readBack(treeId);
    await expectEqualTrees(entries);
    expect(counters.entries).toBeGreaterThan(entries.size);
    const types = new Set([...entries.values()].map((entry) => entry.type));
    expect(types).toContain("fifo");
    expect(types.has("character-device")).toBe(isRoot);
  }, 60_000);

  test("holes stay holes, and xattrs come along", async () => {
    makeOddTree(rig.source);
    const entries = await rig.readBack((await rig.backUp()).treeId);
    const sparse = entries.get("/sparse");
    if (sparse?.type !== "file" || sparse.content.form !== "inline") throw new Error("no inline file");
    const holes = sparse.content.items.filter((item) => item.kind === "hole");
    expect(holes.reduce((sum, item) => sum + item.sizeBytes, 0)).toBeGreaterThan(60 * MIB);
    const names = entries.get("/with attributes")?.xattrs.map((xattr) => textOf(xattr.name));
    expect(names).toContain("user.holdfast.note");
  }, 60_000);

  test.skipIf(process.platform !== "linux")(
    "a path longer than the system takes at once",
    async () => {
      makeOddTree(rig.source, { isBeyondPathMax: true });
      const { treeId, gaps } = await rig.backUp();
      expect(gaps.listed).toEqual([]);
      const paths = [...(await rig.readBack(treeId)).keys()];
      const far = paths.find((path) => path.endsWith("/far away"));
      expect(far?.length).toBeGreaterThan(5000);
      expect(readdirSync("/proc/self/fd").length).toBeLessThan(200);
    },
    60_000,
  );

  test("a file so large that several threads read it, with more chunks than an entry holds", async () => {
    const fd = openSync(at("large"), "w");
    for (let part = 0; part < 30; part++) writeSync(fd, pseudoRandom(5 * MIB, part));
    closeSync(fd);
    const { treeId, counters } = await rig.backUp();
    const entries = await rig.readBack(treeId);
    const large = entries.get("/large");
    expect(large?.type === "file" && large.content.form).toBe("paged");
    await expectEqualTrees(entries);
    expect(counters.readBytes).toBe(150 * MIB);
  }, 120_000);
});

describe("a second run", () => {
  beforeEach(() => {
    mkdirSync(at("folder/below"), { recursive: true });
    for (let number = 0; number < 50; number++) writeFileSync(at(`folder/below/${number}`), `number ${number}`);
    writeFileSync(at("beside"), pseudoRandom(MIB, 1));
  });

  test("reads nothing and keeps the same tree when nothing changed", async () => {
    const first = await rig.backUp();
    const second = await rig.backUp();
    expect(second.counters.readBytes).toBe(0);
    expect(second.counters.packs).toBe(1);
    expect(await rig.listingOf(second.treeId)).toBe(await rig.listingOf(first.treeId));
  });

  test("reads again what was changed so shortly before that its times prove nothing", async () => {
    const first = await rig.backUp({ startedAt: new Date() });
    const second = await rig.backUp({ startedAt: new Date() });
    expect(second.counters.readBytes).toBe(first.counters.readBytes);
    expect(second.counters.newBytes).toBe(0);
    expect(await rig.listingOf(second.treeId)).toBe(await rig.listingOf(first.treeId));
  });

  test("reads what is new or changed, and nothing else", async () => {
    await rig.backUp();
    writeFileSync(at("folder/below/new one"), "new");
    appendFileSync(at("folder/below/7"), " changed");
    const { treeId, counters } = await rig.backUp();
    expect(counters.readBytes).toBe(3 + "number 7 changed".length);
    await expectEqualTrees(await rig.readBack(treeId));
  });

  test("forgets what is gone, and follows what became something else", async () => {
    await rig.backUp();
    rmSync(at("folder/below/3"));
    renameSync(at("folder/below"), at("folder/elsewhere"));
    rmSync(at("beside"));
    mkdirSync(at("beside"));
    writeFileSync(at("beside/inside"), "a folder now");
    const { treeId } = await rig.backUp();
    await expectEqualTrees(await rig.readBack(treeId));
    rmSync(at("folder"), { recursive: true });
    writeFileSync(at("folder"), "a file now");
    await expectEqualTrees(await rig.readBack((await rig.backUp()).treeId));
  });

  test("tries again what was a gap, although nobody touched its folder", async () => {
    writeFileSync(at("folder/below/7"), pseudoRandom(30 * MIB, 1));
    const restless = setInterval(() => appendFileSync(at("folder/below/7"), "x"), 1);
    try {
      expect((await rig.backUp()).gaps.listed.map((gap) => gap.reason)).toEqual(["changed-while-read"]);
    } finally {
      clearInterval(restless);
    }
    const { treeId, gaps } = await rig.backUp();
    expect(gaps.count).toBe(0);
    await expectEqualTrees(await rig.readBack(treeId));
  });

  test("finds what an exclude left out before, although nobody touched its folder", async () => {
    expect((await rig.backUp({ excludes: ["7"] })).counters.files).toBe(50);
    const { treeId } = await rig.backUp();
    await expectEqualTrees(await rig.readBack(treeId));
    expect((await rig.backUp({ excludes: ["7"] })).counters.files).toBe(50);
  });

  test("sees a change of permissions alone, without reading", async () => {
    await rig.backUp();
    chmodSync(at("folder/below"), 0o700);
    const { treeId, counters } = await rig.backUp();
    expect(counters.readBytes).toBe(0);
    await expectEqualTrees(await rig.readBack(treeId));
  });

  test("reads all of it again without its cache, and sends nothing of it", async () => {
    const first = await rig.backUp();
    const sent = rig.target.putBytes;
    const again = await rig.backUp({ isVoid: true });
    expect(again.counters.readBytes).toBe(first.counters.readBytes);
    expect(again.counters.newBytes).toBe(0);
    expect(await rig.listingOf(again.treeId)).toBe(await rig.listingOf(first.treeId));
    expect(rig.target.putBytes - sent).toBeLessThan(MIB / 4);
  });

  test("keeps a tree of many runs right, merged change lists and all", async () => {
    for (let run = 0; run < 35; run++) {
      if (run % 4 === 0) writeFileSync(at(`run ${run % 20}`), `run ${run}`);
      if (run % 6 === 0) rmSync(at(`run ${(run + 4) % 20}`), { force: true });
      const { treeId } = await rig.backUp();
      if (run % 11 === 0) await expectEqualTrees(await rig.readBack(treeId));
    }
  }, 60_000);
});

describe("what is left out", () => {
  test("excludes by name, by the end of a path, and folders only", async () => {
    mkdirSync(at("keep/build"), { recursive: true });
    mkdirSync(at("build"));
    writeFileSync(at("keep/build/file"), "x");
    writeFileSync(at("keep/a.tmp"), "x");
    writeFileSync(at("keep/.hidden.tmp"), "x");
    writeFileSync(at("cache"), "a file");
    const excludes = ["*.tmp", "keep/build", "cache/"];
    const { treeId } = await rig.backUp({ excludes });
    expect([...(await rig.readBack(treeId)).keys()].sort()).toEqual(["", "/build", "/cache", "/keep"]);
  });
});

describe("what cannot be read is named, and nothing else is lost", () => {
  test.skipIf(!isRoot)("files and folders without the right to read them (needs root to give it up)", async () => {
    chmodSync(rig.folder, 0o755);
    mkdirSync(at("shut"));
    writeFileSync(at("shut/inside"), "x");
    writeFileSync(at("secret"), "x");
    writeFileSync(at("open"), "fine");
    chmodSync(at("shut"), 0o000);
    chmodSync(at("secret"), 0o000);
    const nobody = 65_534;
    let run: Awaited<ReturnType<BackupRig["backUp"]>>;
    chmodSync(rig.state.root, 0o777);
    chmodSync(rig.state.cache, 0o777);
    process.seteuid?.(nobody);
    try {
      run = await rig.backUp();
    } finally {
      process.seteuid?.(0);
    }
    const named = run.gaps.listed.map((gap) => [textOf(gap.path).split("/").at(-1), gap.reason]).sort();
    expect(named).toEqual([
      ["secret", "unreadable"],
      ["shut", "unreadable"],
    ]);
    const entries = await rig.readBack(run.treeId);
    expect([...entries.keys()].sort()).toEqual(["", "/open", "/shut"]);
  });

  test("a file that keeps changing while it is read", async () => {
    writeFileSync(at("steady"), "fine");
    // Large enough that a read takes longer than the writer ever pauses, on a busy machine, too.
    writeFileSync(at("restless"), pseudoRandom(48 * MIB, 1));
    writeFileSync(at("restless and large"), pseudoRandom(70 * MIB, 1));
    const stopWriting = await keepWriting([at("restless"), at("restless and large")]);
    try {
      const { treeId, gaps, counters } = await rig.backUp();
      expect(gaps.listed.map((gap) => gap.reason)).toEqual(["changed-while-read", "changed-while-read"]);
      expect(counters.gaps).toBe(2);
      expect([...(await rig.readBack(treeId)).keys()].sort()).toEqual(["", "/steady"]);
    } finally {
      await stopWriting();
    }
    const { gaps, treeId } = await rig.backUp();
    expect(gaps.count).toBe(0);
    await expectEqualTrees(await rig.readBack(treeId));
  }, 60_000);
});

/** Appends without a pause from a thread of its own, because this one is busy with the backup; call the result to end it. */
async function keepWriting(paths: readonly string[]): Promise<() => Promise<number>> {
  const program = `const { appendFileSync } = require("node:fs");
    const { parentPort, workerData } = require("node:worker_threads");
    for (const path of workerData) appendFileSync(path, "more");
    parentPort.postMessage("writing");
    for (;;) for (const path of workerData) appendFileSync(path, "more");`;
  const writer = new Worker(program, { eval: true, workerData: paths });
  await new Promise((resolve) => writer.once("message", resolve));
  return () => writer.terminate();
}

describe("an interrupted run", () => {
  beforeEach(() => {
    for (let number = 0; number < 12; number++) writeFileSync(at(`file ${number}`), pseudoRandom(5 * MIB, number + 1));
  });

  test("is continued without sending again what had arrived", async () => {
    const sentFirst: string[] = [];
    rig.target.onPut = (packId) => {
      if (sentFirst.length >= 2) throw Object.assign(new Error("the connection broke"), { code: "portal_unreachable" });
      sentFirst.push(packId);
    };
    await expect(rig.backUp()).rejects.toThrow("the connection broke");
    expect(sentFirst).toHaveLength(2);
    rig.target.onPut = undefined;
    const { treeId, counters } = await rig.backUp();
    await expectEqualTrees(await rig.readBack(treeId));
    expect(counters.newBytes).toBeLessThanOrEqual(60 * MIB - 2 * 15 * MIB);
  }, 60_000);

  test("can be stopped, and leaves its cache as it was", async () => {
    const stop = new AbortController();
    rig.target.onPut = () => stop.abort(new Error("stopped"));
    await expect(rig.backUp({ signal: stop.signal })).rejects.toThrow("stopped");
    expect(readdirSync(rig.state.cache)).toEqual([]);
  }, 60_000);
});
