import { spawnSync } from "node:child_process";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  unlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { clearImmutableBelow, isImmutable, setImmutable } from "../platform/immutable-attribute.ts";
import { createZoneIdentity } from "./create-zone-identity.ts";
import { sweepUnfinished } from "./fs-unfinished.ts";
import { createFsZone } from "./fs-zone.ts";
import { describeLocksContract } from "./locks-contract.ts";
import { openZones } from "./open-zones.ts";
import { bytes, codeOf, describeZoneContract, read, stream } from "./zone-contract.ts";

let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-fs-zone-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function newBase() {
  count += 1;
  const path = join(folder, String(count), "backup");
  const identity = await createZoneIdentity({ zoneId: "zone1", base: "backup", path, randomness: nodeRandomness });
  return { path, identity };
}

function openBase(path: string, identity?: string) {
  const base = { zoneId: "zone1", base: "backup", path, primitives: nodePrimitives } as const;
  return createFsZone(identity === undefined ? base : { ...base, identity });
}

describeZoneContract("fs", async () => openBase((await newBase()).path));
describeLocksContract("fs", async () => openBase((await newBase()).path));

/** Containers and network file systems often do not grant it. */
const grantsImmutable = await (async () => {
  const probe = await mkdtemp(join(tmpdir(), "holdfast-immutable-"));
  try {
    await writeFile(join(probe, "file"), "");
    const isGranted = await setImmutable(join(probe, "file"), true);
    return isGranted && (await setImmutable(join(probe, "file"), false));
  } finally {
    await rm(probe, { recursive: true });
  }
})();

describe.skipIf(!grantsImmutable)("with the immutable attribute", () => {
  const openImmutable = (path: string) =>
    createFsZone({ zoneId: "zone1", base: "backup", path, primitives: nodePrimitives, isImmutable: true });
  afterAll(() => clearImmutableBelow(folder));

  describeLocksContract("fs", async () => openImmutable((await newBase()).path));

  test("a locked object cannot be changed by its owner either, also when its lock was made longer", async () => {
    const { path } = await newBase();
    const zone = openImmutable(path);
    await zone.put("a/b", [bytes(3)], 3);
    for (const hours of [1, 2]) {
      await zone.lock("a/b", new Date(Date.now() + hours * 3_600_000));
      expect(await isImmutable(join(path, "a/b"))).toBe(true);
      await expect(chmod(join(path, "a/b"), 0o644)).rejects.toMatchObject({ code: "EPERM" });
      await expect(unlink(join(path, "a/b"))).rejects.toMatchObject({ code: "EPERM" });
      await expect(writeFile(join(path, "a/b"), "")).rejects.toMatchObject({ code: "EPERM" });
    }
  });

  test("what lost the attribute gets it again with the next lock, and a zone that does not ask for it leaves it alone", async () => {
    const { path } = await newBase();
    const zone = openImmutable(path);
    await zone.put("a/b", [bytes(3)], 3);
    const until = await zone.lock("a/b", new Date(Date.now() + 3_600_000));
    await setImmutable(join(path, "a/b"), false);
    expect(await zone.lock("a/b", until)).toEqual(until);
    expect(await isImmutable(join(path, "a/b"))).toBe(true);
    expect(await openBase(path).lock("a/b", until)).toEqual(until);
    expect(await isImmutable(join(path, "a/b"))).toBe(true);
  });
});

/** As root the capability has to be given up first. */
const ungranted = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-linux_immutable"] : [];
const canDrop = ungranted.length === 0 || spawnSync("setpriv", ["--version"]).status === 0;

test.skipIf(process.platform !== "linux" || !canDrop)(
  "where the immutable attribute is asked for and not granted, nothing is locked, and the error says what to do",
  async () => {
    const { path } = await newBase();
    const script = `
      import { nodePrimitives as primitives } from ${JSON.stringify(new URL("../../engine/primitives/node.ts", import.meta.url))};
      import { createFsZone } from ${JSON.stringify(new URL("./fs-zone.ts", import.meta.url))};
      const base = { zoneId: "zone1", base: "backup", path: ${JSON.stringify(path)}, primitives, isImmutable: true };
      const zone = createFsZone(base);
      await zone.put("a/b", [new Uint8Array(3)], 3);
      await zone.lock("a/b", new Date(Date.now() + 60_000)).catch(({ code, message }) => console.log(code, message));
      console.log(await zone.findLock("a/b"));
      await zone.delete("a/b");`;
    const [command = "", ...args] = [...ungranted, process.execPath, "--input-type=module", "-e", script];
    const { stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
    expect(stdout, stderr).toMatch(/^no_locks .*CAP_LINUX_IMMUTABLE.*\nnull\n$/);
    await expect(lstat(join(path, "a/b"))).rejects.toMatchObject({ code: "ENOENT" });
  },
);

test("a locked object is a read-only file that says until when, in the words of the file system", async () => {
  const { path } = await newBase();
  const zone = openBase(path);
  await zone.put("a/b", [bytes(3)], 3);
  const until = await zone.lock("a/b", new Date(Date.now() + 86_400_000));
  const { mode, mtimeMs } = await lstat(join(path, "a/b"));
  expect([mode & 0o777, mtimeMs]).toEqual([0o444, until.getTime()]);
});

describe("an fs base", () => {
  test("leaves no unfinished file after success, failure or abort", async () => {
    const { path } = await newBase();
    const zone = openBase(path);
    await zone.put("a/b", [bytes(10)], 10);
    expect(await codeOf(zone.put("a/c", [bytes(10)], 12))).toBe("damaged");
    expect(await codeOf(zone.put("a/b", [bytes(11)], 11))).toBe("exists");
    await expect(zone.put("a/d", stream(bytes(5)), 5, { signal: AbortSignal.abort(new Error("x")) })).rejects.toThrow();
    const sha256 = nodePrimitives.sha256(bytes(11));
    expect(await zone.replaceBad("a/b", [bytes(11)], { sha256 })).toBe("replaced");
    expect(await zone.replaceBad("a/b", [bytes(11)], { sha256 })).toBe("kept");
    expect(await codeOf(zone.replaceBad("a/b", [bytes(12)], { sha256 }))).toBe("damaged");
    expect(await readdir(join(path, ".unfinished"))).toEqual([]);
    expect(await readdir(join(path, "a"))).toEqual(["b"]);
  });

  test("heals what is not even a file under an object's name, and follows no link while it does", async () => {
    const { path } = await newBase();
    const zone = openBase(path);
    const outside = join(folder, `linked-${count}`);
    await writeFile(outside, "not ours");
    await mkdir(join(path, "a"));
    await symlink(outside, join(path, "a", "b"));
    const sha256 = nodePrimitives.sha256(bytes(11));
    expect(await zone.replaceBad("a/b", [bytes(11)], { sha256 })).toBe("replaced");
    expect((await read(zone, "a/b")).equals(bytes(11))).toBe(true);
    expect(await readFile(outside, "utf8")).toBe("not ours");
  });

  test("without its identity is unreachable, never empty, also in the middle of its life", async () => {
    const { path } = await newBase();
    const zone = openBase(path);
    await zone.put("a/b", [bytes(10)], 10);
    await rename(path, `${path}-away`);
    const calls = () => [
      codeOf(zone.put("a/c", [bytes(1)], 1)),
      codeOf(zone.get("a/b")),
      codeOf(zone.find("a/b")),
      codeOf(zone.list("", { limit: 1 })),
      codeOf(zone.delete("a/b")),
      codeOf(zone.replaceBad("a/b", [bytes(1)], { sha256: nodePrimitives.sha256(bytes(1)) })),
    ];
    expect(await Promise.all(calls())).toEqual(Array(6).fill("unreachable"));
    await mkdir(path);
    expect(await Promise.all(calls())).toEqual(Array(6).fill("unreachable"));
    expect(await readdir(path)).toEqual([]);
    await rm(path, { recursive: true });
    await rename(`${path}-away`, path);
    expect((await read(zone, "a/b")).length).toBe(10);
  });

  test("another base under the same path is refused", async () => {
    const first = await newBase();
    const second = await newBase();
    const zone = openBase(first.path);
    await zone.put("a/b", [bytes(10)], 10);
    await rename(first.path, `${first.path}-away`);
    await rename(second.path, first.path);
    expect(await codeOf(zone.find("a/b"))).toBe("identity_mismatch");
    expect(await codeOf(openBase(first.path, first.identity).find("a/b"))).toBe("identity_mismatch");
    expect(await codeOf(openBase(first.path, second.identity).find("a/b"))).toBe(null);
  });

  test("refuses symbolic links, on the way and as an object", async () => {
    const { path } = await newBase();
    const outside = join(folder, `outside-${count}`);
    await mkdir(outside);
    await writeFile(join(outside, "secret"), "secret");
    await symlink(outside, join(path, "linked"));
    await mkdir(join(path, "real"));
    await symlink(join(outside, "secret"), join(path, "real", "secret"));
    const zone = openBase(path);
    expect(await codeOf(zone.get("linked/secret"))).toBe("damaged");
    expect(await codeOf(zone.put("linked/new", [bytes(1)], 1))).toBe("damaged");
    expect(await codeOf(zone.delete("linked/secret"))).toBe("damaged");
    expect(await codeOf(zone.get("real/secret"))).toBe("damaged");
    expect(await codeOf(zone.find("real/secret"))).toBe("damaged");
    expect((await zone.list("", { limit: 10 })).map(({ key }) => key)).toEqual(["control/term-1", "control/zone"]);
    expect(await readdir(outside)).toEqual(["secret"]);
  });

  test("a folder that was removed under a running process is made again", async () => {
    const { path } = await newBase();
    const zone = openBase(path);
    await zone.put("a/b/c", [bytes(1)], 1);
    await rm(join(path, "a"), { recursive: true });
    await zone.put("a/b/d", [bytes(2)], 2);
    expect((await read(zone, "a/b/d")).length).toBe(2);
  });

  test("sweeps what a process that ended left behind, and only that", async () => {
    const { path } = await newBase();
    const zone = openBase(path);
    const ended = join(path, ".unfinished", `${await ownHostTag(path)}_4194399_1_1`);
    await writeFile(ended, "half");
    let isSwept = 0;
    async function* slow() {
      yield bytes(3);
      isSwept = await sweepUnfinished(path, new Date());
      yield bytes(3);
    }
    await zone.put("a/b", slow(), 6);
    expect(isSwept).toBe(1);
    await expect(lstat(ended)).rejects.toThrow();
    expect((await read(zone, "a/b")).length).toBe(6);
  });

  test("is made once, in an empty folder", async () => {
    const { path } = await newBase();
    const again = createZoneIdentity({ zoneId: "zone1", base: "backup", path, randomness: nodeRandomness });
    expect(await codeOf(again)).toBe("exists");
  });

  test("holds the first control term from its beginning, which nobody writes anew", async () => {
    const { path } = await newBase();
    const zone = openBase(path);
    const term = await read(zone, "control/term-1");
    expect(JSON.parse(term.toString())).toEqual({ v: 1, type: "term", term: 1 });
    expect(await codeOf(zone.put("control/term-1", [term], term.length, { isCreateOnly: true }))).toBe("exists");
    expect(await codeOf(zone.put("control/term-1", [bytes(9)], 9))).toBe("exists");
    const archive = join(path, "..", "archive");
    await createZoneIdentity({ zoneId: "zone1", base: "archive", path: archive, randomness: nodeRandomness });
    expect(await readdir(join(archive, "control"))).toEqual(["zone"]);
  });

  test("that broke off between term and identity is made once more; another history's term is not taken over", async () => {
    const make = (path: string) =>
      createZoneIdentity({ zoneId: "zone1", base: "backup", path, randomness: nodeRandomness });
    const { path } = await newBase();
    await rm(join(path, "control", "zone"));
    expect(await make(path)).toMatch(/^[0-9a-f]{32}$/);
    const other = await newBase();
    await rm(join(other.path, "control", "zone"));
    await writeFile(join(other.path, "control", "term-1"), "another");
    expect(await codeOf(make(other.path))).toBe("exists");
  });
});

describe("opening zones", () => {
  test("a zone that is away is part of the set, is not created, and serves once it is back", async () => {
    const here = await newBase();
    const config = (zoneId: string, ordinal: number, path: string) =>
      ({ zoneId, ordinal, kind: "fs", path: join(path, "..") }) as const;
    const away = join(folder, "away", "backup");
    const zones = await openZones({
      zones: [config("zone2", 2, away), config("zone1", 1, here.path)],
      primitives: nodePrimitives,
      now: new Date(),
    });
    expect(zones.all().map(({ zoneId, state }) => [zoneId, state])).toEqual([
      ["zone1", "healthy"],
      ["zone2", "unreachable"],
    ]);
    expect((await zones.primaryFor("c")).zoneId).toBe("zone1");
    await createZoneIdentity({ zoneId: "zone2", base: "backup", path: away, randomness: nodeRandomness });
    expect(await zones.find("zone2")?.probe()).toMatchObject({ isReachable: true, errorCode: null });
    await rm(here.path, { recursive: true });
    expect((await zones.primaryFor("c")).zoneId).toBe("zone2");
  });
});

/** The host part of unfinished names, as this host writes it. */
async function ownHostTag(path: string): Promise<string> {
  const zone = openBase(path);
  let name = "";
  async function* spy() {
    name = (await readdir(join(path, ".unfinished")))[0] ?? "";
    yield bytes(1);
  }
  await zone.put("spy", spy(), 1);
  return name.split("_")[0] ?? "";
}
