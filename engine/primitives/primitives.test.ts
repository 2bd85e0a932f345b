import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { IntegrityError } from "../codec/format-error.ts";
import { encodeUtf8 } from "../codec/text.ts";
import type { Primitives } from "../ports/primitives.ts";
import { createBrowserPrimitives } from "./browser.ts";
import { browserRandomness } from "./browser-randomness.ts";
import { nodePrimitives, nodeRandomness } from "./node.ts";
import { pagePrimitives } from "./page.ts";
import { LEAST_ARGON2_COST } from "./sizes.ts";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const nonce = fc.uint8Array({ minLength: 24, maxLength: 24 });

let browser: Primitives;
beforeAll(async () => {
  browser = await createBrowserPrimitives();
});

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as IntegrityError).code;
  }
  return "none";
}

describe("the primitives of Node and of the browser", () => {
  it("hash alike, in one piece and in many", () => {
    const parts = fc.array(bytes(100), { maxLength: 4 });
    fc.assert(
      fc.property(parts, (pieces) => {
        const expected = new Uint8Array(createHash("sha256").update(Buffer.concat(pieces)).digest());
        expect(pagePrimitives.sha256(...pieces)).toEqual(expected);
        for (const primitives of [nodePrimitives, browser]) {
          expect(primitives.sha256(...pieces)).toEqual(expected);
          const running = primitives.sha256Start();
          for (const piece of pieces) running.update(piece);
          expect(running.digest()).toEqual(expected);
        }
      }),
    );
  });

  it("compute the same HMAC for keys and messages of any length", () => {
    const lengths = [0, 1, 31, 32, 55, 56, 63, 64, 65, 1_000, 16_383, 16_384, 16_385, 70_000];
    for (const length of lengths) {
      const message = nodeRandomness.bytes(length);
      for (const keyLength of [16, 32, 64, 65, 100]) {
        const secret = nodeRandomness.bytes(keyLength);
        const expected = new Uint8Array(createHmac("sha256", secret).update(message).digest());
        for (const primitives of [nodePrimitives, browser, pagePrimitives]) {
          const half = length >> 1;
          expect(primitives.hmacSha256(secret, message)).toEqual(expected);
          expect(primitives.hmacSha256(secret, message.subarray(0, half), message.subarray(half))).toEqual(expected);
        }
      }
    }
  });

  it("seal to the same bytes and open each other's", () => {
    fc.assert(
      fc.property(key, nonce, bytes(50), bytes(500), (secret, once, aad, plain) => {
        const sealed = nodePrimitives.aeadSeal(secret, once, aad, plain);
        expect(browser.aeadSeal(secret, once, aad, plain)).toEqual(sealed);
        expect(browser.aeadOpen(secret, once, aad, sealed)).toEqual(plain);
        const into = new Uint8Array(plain.length);
        expect(nodePrimitives.aeadOpen(secret, once, aad, sealed, into)).toBe(into);
        expect(into).toEqual(plain);
        const again = new Uint8Array(plain.length);
        expect(browser.aeadOpen(secret, once, aad, sealed, again)).toBe(again);
        expect(again).toEqual(plain);
      }),
    );
  });

  it("open in the place of what is sealed, which stays when it does not open", () => {
    fc.assert(
      fc.property(key, nonce, bytes(100), (secret, once, plain) => {
        const aad = encodeUtf8("context");
        for (const primitives of [nodePrimitives, browser]) {
          const sealed = primitives.aeadSeal(secret, once, aad, plain);
          const before = sealed.slice();
          const into = sealed.subarray(0, plain.length);
          expect(codeOf(() => primitives.aeadOpen(secret, once, plain, sealed, into))).toBe("not_genuine");
          expect(sealed).toEqual(before);
          expect(primitives.aeadOpen(secret, once, aad, sealed, into)).toEqual(plain);
          expect(into).toEqual(plain);
        }
      }),
    );
  });

  it("refuse by name what was flipped, cut short or bound to another context", () => {
    fc.assert(
      fc.property(key, nonce, bytes(100), fc.nat(), (secret, once, plain, where) => {
        const aad = encodeUtf8("context");
        const sealed = nodePrimitives.aeadSeal(secret, once, aad, plain);
        const flipped = sealed.slice();
        flipped[where % flipped.length] = (flipped[where % flipped.length] ?? 0) ^ (1 << (where % 8));
        const short = sealed.subarray(0, where % sealed.length);
        for (const primitives of [nodePrimitives, browser]) {
          expect(codeOf(() => primitives.aeadOpen(secret, once, aad, flipped))).toBe("not_genuine");
          expect(codeOf(() => primitives.aeadOpen(secret, once, aad, short))).toBe("not_genuine");
          const into = new Uint8Array(plain.length);
          expect(codeOf(() => primitives.aeadOpen(secret, once, aad, flipped, into))).toBe("not_genuine");
          expect(codeOf(() => primitives.aeadOpen(secret, once, encodeUtf8("other"), sealed))).toBe("not_genuine");
        }
      }),
    );
  });

  it("make the same keys from a seed, sign alike and check each other's signatures", () => {
    fc.assert(
      fc.property(key, bytes(200), bytes(20), (seed, message, more) => {
        const keys = nodePrimitives.signKeyPair(seed);
        expect(browser.signKeyPair(seed)).toEqual(keys);
        const signature = nodePrimitives.sign(keys.secretKey, message, more);
        expect(browser.sign(keys.secretKey, message, more)).toEqual(signature);
        for (const primitives of [nodePrimitives, browser]) {
          expect(primitives.isSignedBy(keys.publicKey, signature, message, more)).toBe(true);
          expect(primitives.isSignedBy(keys.publicKey, signature, message, more, Uint8Array.of(1))).toBe(false);
          expect(primitives.isSignedBy(keys.publicKey, signature.subarray(1), message, more)).toBe(false);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("seal boxes for each other and refuse another's box", () => {
    const seed = nodeRandomness.bytes(32);
    const keys = nodePrimitives.boxKeyPair(seed);
    expect(browser.boxKeyPair(seed)).toEqual(keys);
    const other = browser.boxKeyPair(browserRandomness.bytes(32));
    const secret = browserRandomness.bytes(80_000);
    expect(browser.boxOpen(keys, nodePrimitives.boxSeal(keys.publicKey, secret))).toEqual(secret);
    expect(nodePrimitives.boxOpen(keys, browser.boxSeal(keys.publicKey, secret))).toEqual(secret);
    for (const primitives of [nodePrimitives, browser]) {
      const sealed = primitives.boxSeal(keys.publicKey, secret);
      expect(codeOf(() => primitives.boxOpen(other, sealed))).toBe("not_genuine");
      expect(codeOf(() => primitives.boxOpen(keys, sealed.subarray(0, 40)))).toBe("not_genuine");
    }
  });

  it("derive the same key from a passphrase, and never for less than the least cost", async () => {
    const salt = nodeRandomness.bytes(16);
    const passphrase = encodeUtf8("acid-acoustic-acquire-across-act-action");
    const derived = await nodePrimitives.argon2id(passphrase, salt, LEAST_ARGON2_COST);
    expect(await browser.argon2id(passphrase, salt, LEAST_ARGON2_COST)).toEqual(derived);
    for (const primitives of [nodePrimitives, browser]) {
      const cheap = { passes: 1, memoryBytes: LEAST_ARGON2_COST.memoryBytes };
      await expect(primitives.argon2id(passphrase, salt, cheap)).rejects.toMatchObject({ code: "weak_cost" });
    }
  }, 30_000);

  it("expand what Node compressed to exactly the stated size, and nothing else", () => {
    const sizes = [1, 2, 100, 70_000, 1_000_000];
    for (const size of sizes) {
      const plain = nodeRandomness.bytes(size).fill(7, 0, size >> 1);
      const compressed = nodePrimitives.zstdCompress(plain, 3);
      for (const primitives of [nodePrimitives, browser]) {
        expect(primitives.zstdDecompress(compressed, size)).toEqual(plain);
        expect(codeOf(() => primitives.zstdDecompress(compressed, size + 1))).toBe("bad_compression");
        expect(codeOf(() => primitives.zstdDecompress(compressed, size - 1))).toBe("bad_compression");
        const short = compressed.subarray(0, compressed.length - 1);
        expect(codeOf(() => primitives.zstdDecompress(short, size))).toBe("bad_compression");
        expect(codeOf(() => primitives.zstdDecompress(plain, size))).toBe("bad_compression");
      }
    }
    expect(codeOf(() => browser.zstdCompress(new Uint8Array(9), 1))).toBe("no_compression");
  });

  it("compare bytes of any length", () => {
    for (const primitives of [nodePrimitives, browser]) {
      expect(primitives.isEqual(Uint8Array.of(), Uint8Array.of())).toBe(true);
      expect(primitives.isEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
      expect(primitives.isEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
      expect(primitives.isEqual(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
    }
  });

  it("work on shared memory, which worker threads hand to each other", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(5_016));
    shared.set(nodeRandomness.bytes(5_000));
    const plain = shared.slice(0, 5_000);
    const secret = nodeRandomness.bytes(32);
    const once = nodeRandomness.bytes(24);
    expect(nodePrimitives.sha256(shared.subarray(0, 5_000))).toEqual(nodePrimitives.sha256(plain));
    nodePrimitives.aeadSeal(secret, once, secret, plain, shared);
    expect(nodePrimitives.aeadOpen(secret, once, secret, shared)).toEqual(plain);
  });
});
