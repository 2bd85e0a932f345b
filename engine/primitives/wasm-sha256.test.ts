import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { fromBase64 } from "../codec/hex.ts";
import { compileWasm } from "../testing/build-wasm.ts";
import { SHA256_WASM_BASE64 } from "./sha256-wasm.ts";
import { startWasmSha256 } from "./wasm-sha256.ts";

const expected = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());

async function hash(...pieces: readonly Uint8Array[]): Promise<Uint8Array> {
  const running = await startWasmSha256();
  for (const piece of pieces) running.update(piece);
  return running.digest();
}

it("hashes as Node does, every length up to five blocks", async () => {
  for (let length = 0; length <= 320; length++) {
    const bytes = new Uint8Array(randomBytes(length));
    expect(await hash(bytes), `${length} bytes`).toEqual(expected(bytes));
  }
});

it("hashes as Node does, every length around what is taken at once", async () => {
  for (let length = 65_536 - 270; length <= 65_536 + 270; length++) {
    const bytes = new Uint8Array(randomBytes(length));
    expect(await hash(bytes), `${length} bytes`).toEqual(expected(bytes));
  }
});

it("hashes bytes in whatever pieces they come", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(150_000), { maxLength: 5 }), async (lengths) => {
      const pieces = lengths.map((length) => new Uint8Array(randomBytes(length)));
      expect(await hash(...pieces)).toEqual(expected(Buffer.concat(pieces)));
    }),
  );
});

it("says the length of more than 2^32 bits", async () => {
  const piece = new Uint8Array(64 * 1024 * 1024).fill(7);
  const node = createHash("sha256");
  const running = await startWasmSha256();
  for (let at = 0; at < 9; at++) {
    node.update(piece);
    running.update(piece);
  }
  expect(running.digest()).toEqual(new Uint8Array(node.digest()));
}, 60_000);

it("keeps two hashes apart", async () => {
  const [a, b] = [await startWasmSha256(), await startWasmSha256()];
  const bytes = [1, 2, 3, 4].map(() => new Uint8Array(randomBytes(40_000)));
  for (const piece of bytes) {
    a.update(piece);
    b.update(piece.subarray(1));
  }
  expect(a.digest()).toEqual(expected(Buffer.concat(bytes)));
  expect(b.digest()).toEqual(expected(Buffer.concat(bytes.map((piece) => piece.subarray(1)))));
});

it("runs what its source compiles to", async () => {
  expect(await compileWasm("sha256")).toEqual(fromBase64(SHA256_WASM_BASE64));
}, 30_000);
