import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../codec/text.ts";
import type { ChunkKind } from "../ports/chunk-index.ts";
import { nodePrimitives, nodeRandomness } from "../primitives/node.ts";
import { chunkId, contentFingerprint, gearTable, idKey, pathHash } from "./chunk-id.ts";

const key = nodeRandomness.bytes(32);
const hmac = (secret: Uint8Array, ...parts: Uint8Array[]) =>
  new Uint8Array(createHmac("sha256", secret).update(Buffer.concat(parts)).digest());

describe("ids", () => {
  it("are the HMAC of kind and plaintext, so that content and pages never share one", () => {
    const plain = nodeRandomness.bytes(100);
    const kinds: ChunkKind[] = [1, 2, 3];
    const ids = kinds.map((kind) => chunkId(nodePrimitives, key, kind, plain));
    for (const [at, kind] of kinds.entries()) expect(ids[at]).toEqual(hmac(key, Uint8Array.of(kind), plain));
    expect(new Set(ids.map(idKey)).size).toBe(3);
  });

  it("of paths and contents are 16 bytes under their own names", () => {
    const path = encodeUtf8("etc/hosts");
    expect(pathHash(nodePrimitives, key, path)).toEqual(hmac(key, encodeUtf8("holdfast/1/path"), path).slice(0, 16));
    const expected = hmac(key, encodeUtf8("holdfast/1/content"), path).slice(0, 16);
    expect(contentFingerprint(nodePrimitives, key, path.subarray(0, 3), path.subarray(3))).toEqual(expected);
  });

  it("the gear table is derived from the key, number by number", () => {
    const table = gearTable(nodePrimitives, key);
    const gearKey = hmac(key, encodeUtf8("holdfast/1/gear"));
    for (const index of [0, 1, 255]) {
      const bytes = Buffer.from(hmac(gearKey, Uint8Array.of(index)));
      expect(table[index]).toBe(bytes.readBigUInt64LE(0));
    }
    expect(new Set(table).size).toBe(256);
  });
});
