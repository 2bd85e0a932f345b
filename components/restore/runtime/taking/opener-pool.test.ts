import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { idKey } from "../../../../engine/ids/chunk-id.ts";
import { nodePrimitives as primitives } from "../../../../engine/primitives/node.ts";
import { ContentReader } from "../../../../engine/restore/content-reader.ts";
import { SnapshotReader } from "../../../../engine/restore/snapshot-reader.ts";
import {
  type BuiltSnapshot,
  buildSnapshot,
  type TestFolder,
} from "../../../../engine/restore/testing/build-snapshot.ts";
import { BufferPool } from "./buffer-pool.ts";
import { OpenerPool } from "./opener-pool.ts";
import { startTestOpener } from "./testing/test-opener.ts";

const KIB = 1024;
const pools: OpenerPool[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) pool.close();
});

const random = Array.from({ length: 12 }, () => new Uint8Array(randomBytes(200 * KIB)));
const text = Array.from({ length: 3 }, (_, at) => new Uint8Array(200 * KIB).fill(65 + at));
const file = (pieces: readonly Uint8Array[]) => ({ type: "file", pieces }) as const;
const tree: TestFolder = { type: "folder", children: { "a.bin": file(random), "b.txt": file(text) } };

interface Opened {
  readonly ids: readonly Uint8Array[];
  readonly buffers: BufferPool;
  readonly here: ContentReader;
  readonly there: ContentReader;
}

/** A reader that opens by itself, and one with openers. */
async function open({ source, keys, snapshotId }: BuiltSnapshot): Promise<Opened> {
  const reader = await SnapshotReader.open({ source, primitives, keys }, snapshotId);
  const { catalogue, chunkIdKey } = reader;
  const { companyId } = keys;
  const ids: Uint8Array[] = [];
  for await (const { kind, entry } of reader.walk([])) {
    if (kind === "leave" || entry.type !== "file") continue;
    for await (const item of reader.items(entry)) if (item.kind !== "hole") ids.push(item.chunkId.slice());
  }
  const buffers = new BufferPool();
  const pool = new OpenerPool({ companyId, chunkIdKey, openers: 2, buffers, startOpener: startTestOpener });
  pools.push(pool);
  const reading = { source, primitives, companyId, catalogue, chunkIdKey };
  return {
    ids,
    buffers,
    here: new ContentReader(reading),
    there: new ContentReader({ ...reading, openRange: pool.openRange }),
  };
}

async function fetchAll(reader: ContentReader, ids: readonly Uint8Array[]): Promise<(Uint8Array | string)[]> {
  const chunks = await reader.fetch(ids);
  return ids.map((id) => {
    const chunk = chunks.get(idKey(id));
    return chunk instanceof Uint8Array ? chunk : (chunk?.code ?? "absent");
  });
}

const memoryOf = (chunk: Uint8Array | string | undefined) => (chunk instanceof Uint8Array ? chunk.buffer : null);

describe("openers", () => {
  it("give what a reader opens by itself, where it was read or in memory of its own", async () => {
    const { ids, here, there } = await open(await buildSnapshot(tree));
    const expected = await fetchAll(here, ids);
    const chunks = await fetchAll(there, ids);
    expect(expected.every((chunk) => chunk instanceof Uint8Array)).toBe(true);
    expect(chunks.map((chunk) => Buffer.from(chunk))).toEqual(expected.map((chunk) => Buffer.from(chunk)));
    const [first] = chunks;
    for (const chunk of chunks.slice(0, random.length)) expect(memoryOf(chunk)).toBe(memoryOf(first));
    for (const chunk of chunks.slice(random.length)) expect(memoryOf(chunk)).not.toBe(memoryOf(first));
  });

  it("keep the neighbours of a damaged frame, which alone is read again", async () => {
    const built = await buildSnapshot(tree);
    const { ids, here, there } = await open(built);
    const expected = await fetchAll(here, ids);
    const [packId = ""] = built.contentPackIds;
    built.source.damage(0, packId, (bytes) => {
      const at = 700 * KIB;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    });
    const before = built.source.ranges.length;
    const chunks = await fetchAll(there, ids);
    expect(chunks.map((chunk) => Buffer.from(chunk))).toEqual(expected.map((chunk) => Buffer.from(chunk)));
    expect(built.source.reports).toMatchObject([{ packId, zoneId: "zone1", code: "bad_frame_hash" }]);
    expect(built.source.ranges.length - before).toBe(2);
  });

  it("name what no zone has, and give the rest", async () => {
    const built = await buildSnapshot(tree);
    const { ids, there } = await open(built);
    for (const zone of [0, 1] as const) {
      built.source.damage(zone, built.contentPackIds[0] ?? "", (bytes) => bytes.fill(0, 700 * KIB, 700 * KIB + 10));
    }
    const chunks = await fetchAll(there, ids);
    expect(chunks.filter((chunk) => chunk === "no_good_copy")).toHaveLength(1);
    expect(chunks.filter((chunk) => chunk instanceof Uint8Array)).toHaveLength(ids.length - 1);
  });

  it("give the memory of a range back when nothing of it is kept", async () => {
    const { ids, buffers, there } = await open(await buildSnapshot(tree));
    const given: Uint8Array[] = [];
    buffers.give = (bytes) => given.push(bytes);
    // Between them lies less than what is cheaper to read than another request.
    const [one, other] = await fetchAll(
      there,
      [ids[0], ids[2]].flatMap((id) => id ?? []),
    );
    expect([one, other].map((chunk) => Buffer.from(chunk ?? ""))).toEqual(
      [random[0], random[2]].map((piece) => Buffer.from(piece ?? "")),
    );
    expect(given.length).toBe(0);
    const [text0] = await fetchAll(there, ids.slice(random.length, random.length + 1));
    expect(Buffer.from(text0 ?? "").equals(text[0] ?? new Uint8Array(0))).toBe(true);
    expect(given.length).toBe(1);
    expect(given[0]?.buffer).not.toBe(memoryOf(text0));
  });
});
