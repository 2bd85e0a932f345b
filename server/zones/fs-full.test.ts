import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { createZoneIdentity } from "./create-zone-identity.ts";
import { createFsZone } from "./fs-zone.ts";
import { bytes, codeOf, read } from "./zone-contract.ts";

let folder: string;
let isMounted = false;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-full-"));
  isMounted = runMount(["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
});
afterAll(async () => {
  if (isMounted) execFileSync("umount", ["-l", folder], { stdio: "ignore" });
  await rm(folder, { recursive: true, force: true });
});

function runMount(args: readonly string[]): boolean {
  try {
    execFileSync("mount", args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("a small file system (needs root, to mount it)", () => {
  test("that is full says so, keeps what it has and nothing half; mounted read-only it says that; unmounted it is away", async ({
    skip,
  }) => {
    if (!isMounted) skip("mounting needs root");
    const path = join(folder, "backup");
    const base = { zoneId: "zone1", base: "backup", path } as const;
    await createZoneIdentity({ ...base, randomness: nodeRandomness });
    const zone = createFsZone({ ...base, primitives: nodePrimitives });
    await zone.put("a/small", [bytes(100_000)], 100_000);
    expect(await codeOf(zone.put("a/large", [bytes(2_000_000)], 2_000_000))).toBe("full");
    expect(await zone.find("a/large")).toBeNull();
    expect(await readdir(join(path, ".unfinished"))).toEqual([]);
    await zone.put("a/other", [bytes(100_000)], 100_000);
    execFileSync("mount", ["-o", "remount,ro", folder]);
    expect(await codeOf(zone.put("a/more", [bytes(10)], 10))).toBe("read_only");
    expect(await codeOf(zone.delete("a/small"))).toBe("read_only");
    expect((await read(zone, "a/small")).length).toBe(100_000);
    execFileSync("umount", [folder]);
    isMounted = false;
    expect(await codeOf(zone.find("a/small"))).toBe("unreachable");
    expect(await codeOf(zone.put("a/small", [bytes(10)], 10))).toBe("unreachable");
    expect(await readdir(folder)).toEqual([]);
  });
});
