import { expect, test } from "vitest";
import type { ObjectReader } from "../zones/object-reader.ts";
import { readPieces } from "./read-pieces.ts";

const MIB = 1024 * 1024;

/** An object of one byte, over and over. */
function objectOf(byte: number, sizeBytes: number): ObjectReader {
  return {
    sizeBytes,
    read: async (_offset, into) => {
      into.fill(byte);
    },
    close: async () => undefined,
  };
}

function readAll(byte: number, sizeBytes: number): AsyncGenerator<Uint8Array> {
  return readPieces({ zoneId: "zone1", reader: objectOf(byte, sizeBytes), range: { offset: 0, sizeBytes } });
}

const sizes = [1, 1000, MIB / 2, MIB / 2 + 1, MIB, 3 * MIB + 5];

test("a piece that is on its way stands until the next but one is asked for, and the last for good", async () => {
  for (const sizeBytes of sizes) {
    const held: Uint8Array[] = [];
    let before: Uint8Array | null = null;
    for await (const piece of readAll(1, sizeBytes)) {
      if (before !== null) expect(before.every((byte) => byte === 1)).toBe(true);
      before = piece;
      held.push(piece);
    }
    // What others read now goes elsewhere.
    for (const other of sizes) for await (const piece of readAll(2, other)) expect(piece[0]).toBe(2);
    expect(held.at(-1)?.every((byte) => byte === 1)).toBe(true);
    expect(held.reduce((sum, piece) => sum + piece.length, 0)).toBe(sizeBytes);
  }
});

test("reads that go on at the same time never share a buffer", async () => {
  const readers = [3, 4, 5, 6].map((byte) => ({ byte, pieces: readAll(byte, 3 * MIB) }));
  const held: { byte: number; piece: Uint8Array }[] = [];
  for (let turn = 0; turn < 6; turn++) {
    for (const { byte, pieces } of readers) {
      const { value } = await pieces.next();
      if (value) held.push({ byte, piece: value });
    }
    for (const { byte, piece } of held.slice(-readers.length)) expect(piece.every((one) => one === byte)).toBe(true);
  }
  expect(held).toHaveLength(24);
});
