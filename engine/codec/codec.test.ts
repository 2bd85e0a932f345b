import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { compareBytes, concatBytes, fromBase64, fromBase64Url, fromHex, toBase64, toBase64Url, toHex } from "./hex.ts";
import { codeOf, outcomeOf } from "./testing/mutations.ts";
import { decodeUtf8, encodeUtf8 } from "./text.ts";
import { uuidFromBytes, uuidToBytes } from "./uuid.ts";

const anyBytes = fc.uint8Array({ maxLength: 200 });

describe("numbers", () => {
  it("come back as they were written, up to 2^53 - 1", () => {
    const whole = fc.maxSafeNat();
    const signed = fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 });
    fc.assert(
      fc.property(whole, whole, signed, fc.nat(0xffff), (a, b, c, d) => {
        const bytes = new ByteWriter()
          .varint(a)
          .u64(b)
          .zigzag(c)
          .u16(d)
          .u32(d)
          .u8(d % 256)
          .finish();
        const reader = new ByteReader(bytes);
        expect([reader.varint(), reader.u64(), reader.zigzag()]).toEqual([a, b, c]);
        expect([reader.u16(), reader.u32(), reader.u8()]).toEqual([d, d, d % 256]);
        reader.expectEnd();
      }),
    );
  });

  it("lie in memory as the format says", () => {
    const bytes = new ByteWriter().u16(0x0102).u32(0x01020304).u64(0x1_0203_0405).varint(300).zigzag(-2).finish();
    expect(toHex(bytes)).toBe("0201040302010504030201000000ac0203");
  });

  it("have one form only: longer varints are refused", () => {
    const read = (hex: string) => codeOf(() => new ByteReader(fromHex(hex)).varint());
    expect(read("00")).toBe("accepted");
    expect(read("8000")).toBe("bad_varint");
    expect(read("ff00")).toBe("bad_varint");
    expect(read("ffffffffffffff0f")).toBe("accepted");
    expect(read("ffffffffffffff1f")).toBe("too_large");
    expect(read("ffffffffffffffff01")).toBe("bad_varint");
    expect(read("ff")).toBe("truncated");
  });

  it("that are no whole numbers or too large are not written", () => {
    for (const value of [-1, 1.5, Number.NaN, 2 ** 53]) {
      expect(codeOf(() => new ByteWriter().varint(value))).toBe("bad_integer");
    }
    expect(codeOf(() => new ByteWriter().u8(256))).toBe("bad_integer");
    expect(codeOf(() => new ByteReader(fromHex("ffffffffffffffff")).u64())).toBe("too_large");
  });
});

describe("lengths and counts", () => {
  it("beyond their limit or the input's end are refused before anything is allocated", () => {
    const huge = new ByteWriter()
      .varint(2 ** 40)
      .raw(new Uint8Array(9))
      .finish();
    expect(codeOf(() => new ByteReader(huge).bytes(100))).toBe("too_long");
    expect(codeOf(() => new ByteReader(huge).bytes(2 ** 50))).toBe("truncated");
    expect(codeOf(() => new ByteReader(huge).count(100, 1))).toBe("too_many");
    expect(codeOf(() => new ByteReader(huge).count(2 ** 50, 1))).toBe("truncated");
    expect(codeOf(() => new ByteReader(Uint8Array.of(1)).expectEnd())).toBe("trailing_bytes");
  });

  it("a writer over a given buffer refuses what does not fit", () => {
    const buffer = new Uint8Array(4);
    expect(new ByteWriter(buffer, 1).u16(7).position).toBe(3);
    expect(codeOf(() => new ByteWriter(buffer, 1).u32(7))).toBe("buffer_full");
  });
});

describe("text forms of bytes", () => {
  it("give the bytes back", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
      }),
    );
  });

  it("have one spelling each: whatever is accepted is what would be written", () => {
    const almost = fc.string({ unit: fc.constantFrom(..."AQgwz019+/=-_af"), maxLength: 12 });
    fc.assert(
      fc.property(almost, (text) => {
        for (const [decode, encode] of [
          [fromHex, toHex],
          [fromBase64, toBase64],
          [fromBase64Url, toBase64Url],
        ] as const) {
          const outcome = outcomeOf(() => decode(text));
          if ("value" in outcome) expect(encode(outcome.value)).toBe(text);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("refuse capitals, odd lengths and stray bits by name", () => {
    expect(codeOf(() => fromHex("AB"))).toBe("bad_hex");
    expect(codeOf(() => fromHex("abc"))).toBe("bad_hex");
    expect(codeOf(() => fromBase64("AB=="))).toBe("bad_base64");
    expect(codeOf(() => uuidToBytes("01234567-89AB-cdef-0123-456789abcdef"))).toBe("bad_uuid");
    expect(codeOf(() => decodeUtf8(Uint8Array.of(0xc3, 0x28)))).toBe("bad_utf8");
  });

  it("uuids and UTF-8 come back as they were", () => {
    const uuid = "01234567-89ab-cdef-0123-456789abcdef";
    expect(uuidFromBytes(uuidToBytes(uuid))).toBe(uuid);
    expect(decodeUtf8(encodeUtf8("\ufeffGrüße"))).toBe("\ufeffGrüße");
  });
});

describe("bytewise order", () => {
  it("is that of unsigned bytes, a prefix first", () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
        expect(concatBytes(a, b)).toEqual(new Uint8Array(Buffer.concat([a, b])));
      }),
    );
  });
});
