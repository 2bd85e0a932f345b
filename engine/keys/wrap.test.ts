import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openSealed, sealedSizeBytes, sealTo } from "./sealed-box.ts";
import { cheapPrimitives, codeOf, flipByte, seededTools } from "./testing/company-fixture.ts";
import { unwrapSecret, WRAP_OVERHEAD_BYTES, wrapSecret } from "./wrap.ts";

const tools = seededTools("wraps");
const key = tools.randomness.bytes(32);

describe("a wrap", () => {
  test("opens to what was wrapped, whatever its size", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string({ maxLength: 20 }), (secret, purpose) => {
        const wrapped = wrapSecret(tools, { key, purpose, secret });
        expect(wrapped.length).toBe(secret.length + WRAP_OVERHEAD_BYTES);
        expect(unwrapSecret(cheapPrimitives, { key, purpose, wrapped })).toEqual(secret);
      }),
    );
  });

  test("refuses another key and another purpose by name", () => {
    const wrapped = wrapSecret(tools, { key, purpose: "one", secret: new Uint8Array(32) });
    const otherKey = tools.randomness.bytes(32);
    expect(codeOf(() => unwrapSecret(cheapPrimitives, { key: otherKey, purpose: "one", wrapped }))).toBe("wrong_key");
    expect(codeOf(() => unwrapSecret(cheapPrimitives, { key, purpose: "two", wrapped }))).toBe("wrong_key");
  });

  test("refuses every changed byte and every cut by name", () => {
    const wrapped = wrapSecret(tools, { key, purpose: "one", secret: new Uint8Array(32) });
    const open = (bytes: Uint8Array) =>
      codeOf(() => unwrapSecret(cheapPrimitives, { key, purpose: "one", wrapped: bytes }));
    const named = ["wrong_key", "wrap_damaged", "unknown_wrap_version", "truncated"];
    for (let at = 0; at < wrapped.length; at++) {
      expect(named).toContain(open(flipByte(wrapped, at)));
      expect(named).toContain(open(wrapped.subarray(0, at)));
    }
    expect(open(new Uint8Array([...wrapped, 0]))).toBe("wrap_damaged");
  });
});

describe("a sealed box", () => {
  const keys = cheapPrimitives.boxKeyPair(tools.randomness.bytes(32));
  const { publicKey } = keys;

  test("opens to what was sealed, and tells its size beforehand", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (secret) => {
        const sealed = sealTo(cheapPrimitives, { publicKey, purpose: "data-key", secret });
        expect(sealed.length).toBe(sealedSizeBytes("data-key", secret.length));
        expect(openSealed(cheapPrimitives, { keys, purpose: "data-key", sealed })).toEqual(secret);
      }),
    );
  });

  test("holds a data key in exactly 89 bytes", () => {
    expect(sealedSizeBytes("data-key", 32)).toBe(89);
  });

  test("does not open for another purpose, even one that begins alike", () => {
    const sealed = sealTo(cheapPrimitives, { publicKey, purpose: "data-key", secret: new Uint8Array(32) });
    for (const purpose of ["data-keys", "data", "source", ""]) {
      expect(codeOf(() => openSealed(cheapPrimitives, { keys, purpose, sealed }))).toBe("wrong_purpose");
    }
  });

  test("refuses another key, every changed byte and every cut by name", () => {
    const sealed = sealTo(cheapPrimitives, { publicKey, purpose: "x", secret: new Uint8Array(32) });
    const other = cheapPrimitives.boxKeyPair(tools.randomness.bytes(32));
    expect(codeOf(() => openSealed(cheapPrimitives, { keys: other, purpose: "x", sealed }))).toBe("wrong_box_key");
    for (let at = 0; at < sealed.length; at++) {
      const open = (bytes: Uint8Array) =>
        codeOf(() => openSealed(cheapPrimitives, { keys, purpose: "x", sealed: bytes }));
      expect(open(flipByte(sealed, at))).toBe("wrong_box_key");
      expect(["wrong_box_key", "truncated"]).toContain(open(sealed.subarray(0, at)));
    }
  });
});
