import { beforeAll, describe, expect, test } from "vitest";
import { type Chunker, createChunker } from "../chunker/chunker.ts";
import { concatBytes, toHex } from "../codec/hex.ts";
import { FrameScratch, openFrame } from "../format/frame.ts";
import { type FinishedPack, PACK_BUFFER_SIZE_BYTES } from "../format/pack-builder.ts";
import { parsePackDirectory } from "../format/pack-index.ts";
import { signSlot } from "../format/slot.ts";
import { gearTable } from "../ids/chunk-id.ts";
import { nodePrimitives as primitives, nodeRandomness as randomness } from "../primitives/node.ts";
import { type ContentSink, ContentWriter } from "./content-writer.ts";

const MIB = 1024 * 1024;
const companyId = "01890000-0000-7000-8000-000000000001";
const chunkIdKey = new Uint8Array(32).fill(5);
const dataKey = new Uint8Array(32).fill(6);
const place = { primitives, companyId, scope: 0, dataKey };
let chunkers: [Chunker, Chunker];

beforeAll(async () => {
  const gear = gearTable(primitives, chunkIdKey);
  chunkers = [await createChunker(gear), await createChunker(gear)];
});

class MemorySink implements ContentSink {
  readonly asked: string[] = [];
  readonly known = new Set<string>();
  readonly members = new Map<string, Uint8Array>();
  buffersOut = 0;

  async askNeeded(ids: readonly Uint8Array[]): Promise<Uint8Array> {
    await new Promise((resolve) => setImmediate(resolve));
    return Uint8Array.from(ids, (id) => {
      const name = toHex(id);
      this.asked.push(name);
      const isNew = !this.known.has(name);
      this.known.add(name);
      return isNew ? 1 : 0;
    });
  }
  takeBuffer(): Promise<Uint8Array> {
    this.buffersOut += 1;
    return Promise.resolve(new Uint8Array(PACK_BUFFER_SIZE_BYTES));
  }
  returnBuffer(): void {
    this.buffersOut -= 1;
  }
  sendPack({ bytes }: FinishedPack): void {
    this.buffersOut -= 1;
    for (const frame of parsePackDirectory(bytes).frames) {
      const stored = bytes.subarray(frame.offset, frame.offset + frame.storedSizeBytes);
      for (const [at, member] of openFrame(place, frame, stored).entries()) {
        const id = frame.memberIds[at];
        if (id !== undefined) this.members.set(toHex(id), member.slice());
      }
    }
  }
}

function openWriter(sink: ContentSink): ContentWriter {
  const keys = primitives.signKeyPair(new Uint8Array(32).fill(1));
  const runId = "01890000-0000-7000-8000-000000000002";
  const named = { companyId, scope: 0, runId, agentCertHash: new Uint8Array(32), epoch: 1 };
  const slot = signSlot(primitives, keys.secretKey, { ...named, sealedDataKey: new Uint8Array(89) });
  const sealing = { ...place, randomness, chunkIdKey, slot, scratch: new FrameScratch(), verify: "opened" as const };
  return new ContentWriter({ ...sealing, chunkers, sink });
}

/** Writes one file in reads of `readBytes` at most; the names of its chunks, in order. */
async function writeFile(writer: ContentWriter, content: Uint8Array, readBytes: number): Promise<string[]> {
  const ids: string[] = [];
  let at = 0;
  const isWhole = await writer.write(
    content.length,
    (into) => {
      const piece = content.subarray(at, at + Math.min(readBytes, into.length));
      into.set(piece);
      at += piece.length;
      return piece.length;
    },
    (id) => ids.push(toHex(id)),
  );
  expect(isWhole).toBe(true);
  return ids;
}

const assemble = (sink: MemorySink, ids: readonly string[]) =>
  concatBytes(...ids.map((id) => sink.members.get(id) ?? new Uint8Array(0)));

describe("what is written comes back", () => {
  test("files of every size around the window, whatever the size of the reads", async () => {
    const sink = new MemorySink();
    const writer = openWriter(sink);
    const sizes = [0, 1, 100, 128 * 1024, 2 * MIB, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 11 * MIB + 3];
    const files = sizes.map((size) => randomness.bytes(Math.max(1, size)).slice(0, size));
    const lists: string[][] = [];
    for (const [number, file] of files.entries()) {
      lists.push(await writeFile(writer, file, [MIB, 100_000, 64 * MIB][number % 3] ?? MIB));
    }
    await writer.finish();
    for (const [number, file] of files.entries()) {
      expect(primitives.isEqual(assemble(sink, lists[number] ?? []), file)).toBe(true);
    }
    expect(sink.buffersOut).toBe(0);
  }, 60_000);

  test("the same content gives the same chunks wherever it lies in a window", async () => {
    const file = randomness.bytes(9 * MIB);
    const lists: string[][] = [];
    for (const before of [0, 17, 3 * MIB]) {
      const writer = openWriter(new MemorySink());
      await writeFile(writer, randomness.bytes(before + 1), MIB);
      lists.push(await writeFile(writer, file, 8 * MIB));
      await writer.finish();
    }
    expect(lists[1]).toEqual(lists[0]);
    expect(lists[2]).toEqual(lists[0]);
  }, 60_000);

  test("what is known is not stored again", async () => {
    const sink = new MemorySink();
    const first = openWriter(sink);
    const file = randomness.bytes(6 * MIB);
    const ids = await writeFile(first, file, MIB);
    await first.finish();
    const stored = sink.members.size;
    const second = openWriter(sink);
    expect(await writeFile(second, file, MIB)).toEqual(ids);
    await second.finish();
    expect(sink.members.size).toBe(stored);
    expect(sink.buffersOut).toBe(0);
  }, 60_000);
});

test("a file that ends early says so, and the next one is whole", async () => {
  const sink = new MemorySink();
  const writer = openWriter(sink);
  const next = randomness.bytes(3 * MIB);
  let reads = 0;
  const fill = (into: Uint8Array) => {
    into.fill(1);
    return reads++ === 0 ? Math.min(into.length, 1000) : 0;
  };
  expect(await writer.write(5 * MIB, fill, () => {})).toBe(false);
  const ids = await writeFile(writer, next, MIB);
  await writer.finish();
  expect(primitives.isEqual(assemble(sink, ids), next)).toBe(true);
});
