import { describe, expect, it } from "vitest";
import { nodePrimitives as primitives } from "../primitives/node.ts";
import { openSharedPages } from "./shared-pages.ts";
import { SnapshotReader, type WalkStep } from "./snapshot-reader.ts";
import { type BuildOptions, buildSnapshot, type TestFolder } from "./testing/build-snapshot.ts";

const text = (value: string) => new TextEncoder().encode(value);
const file = (value: string) => ({ type: "file", pieces: [text(value)] }) as const;

const tree: TestFolder = {
  type: "folder",
  children: {
    home: {
      type: "folder",
      mode: 0o755,
      children: {
        ana: {
          type: "folder",
          children: {
            "letter.txt": file("Dear Bo"),
            "n\xe9\xff": file("a name that is not UTF-8"),
            empty: { type: "folder", children: {} },
            link: { type: "symlink", target: "letter.txt" },
          },
        },
        bo: { type: "folder", children: { "reply.txt": file("Dear Ana") } },
      },
    },
  },
};

async function open(root: TestFolder = tree, options: BuildOptions = {}) {
  const built = await buildSnapshot(root, options);
  return { ...built, reader: await SnapshotReader.open({ ...built, primitives }, built.snapshotId) };
}

async function steps(reader: SnapshotReader, paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const step of reader.walk(paths)) found.push(describeStep(step));
  return found;
}

function describeStep(step: WalkStep): string {
  const mark = step.kind === "enter" ? (step.isSelected ? "+" : "~") : step.kind === "leave" ? "-" : "";
  return mark + step.path;
}

describe("a snapshot", () => {
  it("is walked in order, folders before and after what they hold", async () => {
    const { reader } = await open();
    expect(await steps(reader, [])).toEqual([
      "+home",
      "+home/ana",
      "+home/ana/empty",
      "-home/ana/empty",
      "home/ana/letter.txt",
      "home/ana/link",
      "home/ana/n\xe9\xff",
      "-home/ana",
      "+home/bo",
      "home/bo/reply.txt",
      "-home/bo",
      "-home",
    ]);
  });

  it("is walked only where it was asked for, with the folders on the way", async () => {
    const { reader } = await open();
    expect(await steps(reader, ["/home/bo", "/home/ana/n\xe9\xff"])).toEqual([
      "~home",
      "~home/ana",
      "home/ana/n\xe9\xff",
      "-home/ana",
      "+home/bo",
      "home/bo/reply.txt",
      "-home/bo",
      "-home",
    ]);
  });

  it("leads by positions to where a path leads, and says which positions those are", async () => {
    const { reader } = await open();
    const place = await reader.locate("/home/ana/n\xe9\xff");
    expect(place).toMatchObject({ path: "home/ana/n\xe9\xff", steps: [0, 0, 3], entry: { type: "file" } });
    expect(await reader.at([0, 0, 3])).toEqual(place);
    expect(await reader.at([])).toEqual({ path: "", steps: [], entry: null });
    expect(await reader.locate("")).toEqual({ path: "", steps: [], entry: null });
    expect(await reader.locate("home/ana/letter.txt/further")).toBeNull();
    expect(await reader.locate("home/cy")).toBeNull();
    for (const steps of [[1], [0, 0, 4], [0, 0, 3, 0]]) {
      await expect(reader.at(steps)).rejects.toMatchObject({ code: "path_not_found" });
    }
    expect(await reader.count(null)).toBe(1);
  });

  it("shares what it read with the next reader of the company", async () => {
    const built = await buildSnapshot(tree);
    const options = { ...built, primitives, shared: openSharedPages({ ...built, primitives }) };
    const all = await steps(await SnapshotReader.open(options, built.snapshotId), []);
    const asked = built.source.ranges.length;
    expect(await steps(await SnapshotReader.open(options, built.snapshotId), [])).toEqual(all);
    expect(built.source.ranges.length).toBe(asked);
  });

  it("names a path that it does not have", async () => {
    const { reader } = await open();
    await expect(reader.find("/home/eve")).rejects.toMatchObject({ code: "path_not_found" });
    await expect(steps(reader, ["/home/ana/letter.txt/x"])).rejects.toMatchObject({ code: "path_not_found" });
  });

  it("reads a listing of any length through its index pages", async () => {
    const names = Array.from({ length: 3_000 }, (_, at) => `file-${String(at).padStart(5, "0")}`);
    const { reader } = await open({
      type: "folder",
      children: Object.fromEntries(names.map((name) => [name, file(name)])),
    });
    expect(await steps(reader, [])).toEqual(names);
  });

  it("is refused under another snapshot's name", async () => {
    const { source, keys, snapshotId } = await open();
    const other = "0".repeat(32);
    source.manifests.set(other, await source.manifest(snapshotId));
    await expect(SnapshotReader.open({ source, keys, primitives }, other)).rejects.toMatchObject({
      code: "snapshot_replaced",
    });
  });

  it.each([
    ["magic", 0, "bad_magic"],
    ["company", 10, "manifest_other_company"],
    ["agent", 80, "bad_slot"],
    ["sequence", 108, "bad_sequence"],
    ["signature", 320, "bad_signature"],
    ["sealed part", 700, "bad_sealed_hash"],
  ])("with a changed %s is refused by name", async (_, at, code) => {
    const { source, keys, snapshotId } = await open();
    const bytes = await source.manifest(snapshotId);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    source.manifests.set(snapshotId, bytes);
    await expect(SnapshotReader.open({ source, keys, primitives }, snapshotId)).rejects.toMatchObject({ code });
  });

  it("of an agent without a certificate, or revoked before it, is refused by name", async () => {
    const { source, keys, snapshotId } = await open();
    const withoutAgents = { ...keys, agents: new Map() };
    await expect(SnapshotReader.open({ source, keys: withoutAgents, primitives }, snapshotId)).rejects.toMatchObject({
      code: "manifest_unknown_agent",
    });
    const revocations = new Map([...keys.agents.keys()].map((hash) => [hash, 0]));
    const revoked = { ...keys, log: { ...keys.log, revocations } };
    await expect(SnapshotReader.open({ source, keys: revoked, primitives }, snapshotId)).rejects.toMatchObject({
      code: "agent_revoked",
    });
  });
});

describe("a damaged tree", () => {
  it("is read from the other zone, and the bad copy is reported", async () => {
    const { source, reader, metaPackIds } = await open();
    const packId = metaPackIds[0] ?? "";
    source.damage(0, packId, flip(400));
    expect(await steps(reader, ["/home/bo"])).toHaveLength(5);
    expect(source.reports).toMatchObject([{ packId, zoneId: "zone1", frame: 0, code: "bad_frame_hash" }]);
  });

  it("is asked for once more when the only copy was garbled on its way", async () => {
    const { source, reader, metaPackIds } = await open();
    const packId = metaPackIds[0] ?? "";
    source.downZones.add("zone2");
    source.garbleNext = flip(0);
    expect(await steps(reader, ["/home/bo"])).toHaveLength(5);
    expect(source.reports).toMatchObject([{ packId, zoneId: "zone1", frame: 0, code: "bad_frame_hash" }]);
  });

  it("is named when no zone has a good copy", async () => {
    const { source, reader, metaPackIds } = await open();
    const packId = metaPackIds[0] ?? "";
    for (const zone of [0, 1] as const) source.damage(zone, packId, flip(400));
    await expect(steps(reader, [])).rejects.toMatchObject({
      code: "no_good_copy",
      message: expect.stringContaining(packId),
    });
  });

  it("shows a pack that was swapped for another, or cut short", async () => {
    const { source, reader, metaPackIds, contentPackIds } = await open();
    const [meta, content] = [metaPackIds[0] ?? "", contentPackIds[0] ?? ""];
    const other = source.zones[0].get(content) ?? new Uint8Array(0);
    source.damage(0, meta, () => other);
    source.damage(1, meta, () => other);
    await expect(steps(reader, [])).rejects.toMatchObject({ code: "no_good_copy" });
  });

  it.each([
    ["a child list that differs from the page", "bad_child_list"],
    ["a page under another page's id", "bad_chunk_id"],
  ])("shows %s", async (_, code) => {
    const forgedIds = [new Uint8Array(32).fill(7)];
    const { source, reader } = await open(tree, {
      forge: (member) => {
        if (member.kind !== 2) return member;
        return code === "bad_child_list"
          ? { ...member, childIds: forgedIds }
          : { ...member, plain: new Uint8Array([1, 0]), childIds: [] };
      },
    });
    await expect(steps(reader, [])).rejects.toMatchObject({ code: "no_good_copy" });
    expect(source.reports.map((report) => report.code)).toEqual([code, code]);
  });
});

function flip(at: number): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
}
