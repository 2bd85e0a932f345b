import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { fromBase64 } from "../codec/hex.ts";
import { compileWasm } from "../testing/build-wasm.ts";
import { crc32 } from "./crc32.ts";
import { CRC32_WASM_BASE64 } from "./crc32-wasm.ts";
import { encodeCentralHeader, encodeDescriptor, encodeLocalHeader, type ZipEntry } from "./zip-format.ts";
import { ZipLength } from "./zip-length.ts";
import { ZipWriter } from "./zip-writer.ts";

const root = mkdtempSync(join(tmpdir(), "holdfast-zip-writer-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let archives = 0;

const utf8 = (text: string) => new Uint8Array(Buffer.from(text));
const NOON = Date.UTC(2026, 2, 1, 12) / 1000;
const GIB = 1024 ** 3;

interface Given {
  readonly entry: ZipEntry;
  readonly content: Uint8Array;
}

function file(name: string, content: Uint8Array, seconds = NOON): Given {
  return {
    entry: { nameBytes: utf8(name), type: "file", mode: 0o640, seconds, sizeBytes: content.length },
    content,
  };
}

async function write(given: readonly Given[]): Promise<{ bytes: Uint8Array; length: number }> {
  const parts: Uint8Array[] = [];
  const zip = new ZipWriter(async (bytes) => {
    parts.push(bytes.slice());
  });
  const length = new ZipLength();
  for (const { entry, content } of given) {
    length.add(entry);
    if (entry.type === "folder") await zip.addFolder({ ...entry, type: "folder" });
    else if (entry.type === "symlink") await zip.addSymlink({ ...entry, type: "symlink" }, content);
    else {
      await zip.begin({ ...entry, type: "file" });
      for (let at = 0; at < content.length; at += 1000) await zip.content(content.subarray(at, at + 1000));
      await zip.end();
    }
  }
  expect(await zip.finish()).toBe(length.sizeBytes);
  return { bytes: new Uint8Array(Buffer.concat(parts)), length: length.sizeBytes };
}

function save(bytes: Uint8Array): string {
  const path = join(root, `${archives++}.zip`);
  writeFileSync(path, bytes);
  return path;
}

const python = (script: string, path: string) => execFileSync("python3", ["-c", script, path], { encoding: "utf8" });

describe("the CRC of a ZIP", () => {
  it("is that of zlib, in one piece and in several", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, at) => {
        expect(crc32(0, bytes)).toBe(zlibCrc32(bytes));
        expect(crc32(crc32(0, bytes.subarray(0, at)), bytes.subarray(at))).toBe(zlibCrc32(bytes));
      }),
    );
  });

  it("is that of zlib for more than what is summed up at once", () => {
    for (const length of [65_535, 65_536, 65_537, 200_000]) {
      const bytes = new Uint8Array(randomBytes(length));
      expect(crc32(0, bytes)).toBe(zlibCrc32(bytes));
      expect(crc32(crc32(0, bytes.subarray(0, 999)), bytes.subarray(999))).toBe(zlibCrc32(bytes));
    }
  });

  it("is computed by what its source compiles to", async () => {
    expect(await compileWasm("crc32")).toEqual(fromBase64(CRC32_WASM_BASE64));
  }, 30_000);
});

describe("an archive", () => {
  it("unpacks to names, contents, modes, links and times, and is as long as was foretold", async () => {
    const target = utf8("a file");
    const given: Given[] = [
      {
        entry: { nameBytes: utf8("folder/"), type: "folder", mode: 0o755, seconds: NOON, sizeBytes: 0 },
        content: utf8(""),
      },
      file("folder/a file", utf8("content\n")),
      file("folder/empty", utf8("")),
      file("ümlaut, 漢字, 🦊", new Uint8Array(100_000).fill(7)),
      {
        entry: {
          nameBytes: utf8("folder/link"),
          type: "symlink",
          mode: 0o777,
          seconds: NOON,
          sizeBytes: target.length,
        },
        content: target,
      },
    ];
    const { bytes, length } = await write(given);
    expect(bytes.length).toBe(length);
    const path = save(bytes);
    execFileSync("unzip", ["-tq", path]);
    const to = `${path}.d`;
    execFileSync("unzip", ["-q", path, "-d", to]);
    expect(readFileSync(join(to, "folder/a file"), "utf8")).toBe("content\n");
    expect(readFileSync(join(to, "ümlaut, 漢字, 🦊"))).toEqual(Buffer.alloc(100_000, 7));
    expect(readlinkSync(join(to, "folder/link"))).toBe("a file");
    const status = lstatSync(join(to, "folder/a file"));
    expect(status.mode & 0o7777).toBe(0o640);
    expect(status.mtimeMs).toBe(NOON * 1000);
  });

  it("is as long as was foretold for any entries, and Python finds nothing wrong with it", async () => {
    const entry = fc.record({
      content: fc.uint8Array({ maxLength: 50 }),
      seconds: fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
      length: fc.integer({ min: 1, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 6 }), async (entries) => {
        const given = entries.map(({ content, seconds, length }, at) =>
          file(`${at}${"n".repeat(length)}`, content, seconds),
        );
        const { bytes, length } = await write(given);
        expect(bytes.length).toBe(length);
        const script = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), len(z.namelist()))";
        expect(python(script, save(bytes)).trim()).toBe(`None ${given.length}`);
      }),
      { numRuns: 8 },
    );
  });

  it("counts more than 65,535 entries, for unzip and for Python", async () => {
    const { bytes } = await write(Array.from({ length: 66_000 }, (_, at) => file(`f${at}`, utf8(String(at)))));
    const path = save(bytes);
    expect(python("import sys, zipfile; print(len(zipfile.ZipFile(sys.argv[1]).namelist()))", path).trim()).toBe(
      "66000",
    );
    expect(execFileSync("unzip", ["-Z1", path], { encoding: "utf8", maxBuffer: 8e6 }).trim().split("\n")).toHaveLength(
      66_000,
    );
  });

  it("has records as long as was foretold where sizes and offsets pass 4 GiB", () => {
    const entry = { ...file("large", utf8("")).entry, sizeBytes: 5 * GIB };
    const length = new ZipLength();
    length.add(entry);
    length.add(entry);
    const offset = encodeLocalHeader(entry).length + 5 * GIB + encodeDescriptor(entry, 0).length;
    const records =
      2 * offset +
      encodeCentralHeader({ ...entry, crc: 0, offset: 0 }).length +
      encodeCentralHeader({ ...entry, crc: 0, offset }).length;
    expect(length.sizeBytes).toBe(records + 76 + 22);
  });

  it("refuses content that is longer or shorter than it was announced", async () => {
    const zip = new ZipWriter(async () => {});
    await zip.begin({ ...file("x", utf8("12345")).entry, type: "file" });
    await zip.content(utf8("1234"));
    await expect(zip.end()).rejects.toThrow("shorter");
    await expect(zip.content(utf8("56"))).rejects.toThrow("longer");
    await expect(zip.finish()).rejects.toThrow("open");
  });
});
