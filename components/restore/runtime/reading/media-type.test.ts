import { describe, expect, it } from "vitest";
import { fromBinaryText } from "../../../../engine/restore/binary-text.ts";
import { mediaTypeOf } from "./media-type.ts";

const of = (binary: string, isWhole = true) => mediaTypeOf(fromBinaryText(binary), isWhole);

describe("what a document is", () => {
  it("is told by what it begins with", () => {
    expect(of("\x89PNG\r\n\x1a\n\0\0")).toBe("image/png");
    expect(of("\xff\xd8\xff\xe0")).toBe("image/jpeg");
    expect(of("GIF89a\x01\0")).toBe("image/gif");
    expect(of("RIFF\x10\0\0\0WEBPVP8 ")).toBe("image/webp");
    expect(of("%PDF-1.7\n\0")).toBe("application/pdf");
    expect(of("RIFF\x10\0\0\0WAVEfmt ")).toBe("other");
  });

  it("is text when it is UTF-8 without control characters, also when it was cut within a character", () => {
    expect(of("")).toBe("text");
    expect(of("<svg onload=alert(1)>\r\n\tx")).toBe("text");
    expect(of("caf\xc3\xa9")).toBe("text");
    expect(of("caf\xc3", false)).toBe("text");
    expect(of("\xf0\x9f\x92", false)).toBe("text");
    expect(of("caf\xc3")).toBe("other");
    expect(of("caf\xe9s and more", false)).toBe("other");
    expect(of("a\0b")).toBe("other");
  });
});
