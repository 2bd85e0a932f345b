import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeRandomness } from "./node.ts";
import { decodeWords, encodeWords, generatePassphrase } from "./words.ts";

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe("the words of a recovery key", () => {
  it("are 24 and give the key back, whatever case and spacing they are typed in", () => {
    fc.assert(
      fc.property(key, (secret) => {
        const words = encodeWords(secret);
        expect(words.split(" ")).toHaveLength(24);
        expect(decodeWords(words)).toEqual(secret);
        expect(decodeWords(`  ${words.toUpperCase().replaceAll(" ", "\n ")} `)).toEqual(secret);
      }),
    );
  });

  it("equal the published vector for 32 zero bytes", () => {
    expect(encodeWords(new Uint8Array(32))).toBe(`${"abandon ".repeat(23)}art`);
  });

  it("say what is wrong with them", () => {
    const words = encodeWords(new Uint8Array(32));
    expect(() => decodeWords(words.replace("art", "arrt"))).toThrow(/"arrt" is not a word/);
    expect(() => decodeWords(words.replace(" art", ""))).toThrow(/24 words, not 23/);
    expect(() => decodeWords(words.replace("art", "zoo"))).toThrow(/do not belong together/);
  });
});

describe("a generated passphrase", () => {
  it("has six words and differs every time", () => {
    const passphrases = Array.from({ length: 100 }, () => generatePassphrase(nodeRandomness));
    expect(new Set(passphrases).size).toBe(100);
    for (const passphrase of passphrases) expect(passphrase).toMatch(/^[a-z]+(-[a-z]+){5}$/);
  });
});
