import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { toBase64, toHex } from "../../codec/hex.ts";
import { formatFixture } from "./format-fixture.ts";
import { type VectorFile, vectorCases } from "./vector-cases.ts";

function pathOf(name: string): string {
  return fileURLToPath(new URL(`../vectors/${name}.v1.json`, import.meta.url));
}

export function readVectors(name: string): VectorFile {
  return JSON.parse(readFileSync(pathOf(name), "utf8")) as VectorFile;
}

/** A pack whose frames are compressed, to be decoded for ever but not reproduced. */
function compressedPack(): VectorFile {
  const fixture = formatFixture("compressed vector");
  const plain = new Uint8Array(300_000).map((_, at) => (at >> 5) % 251);
  const pack = fixture.pack("content", [fixture.member(1, plain)]);
  return {
    companyId: fixture.companyId,
    dataKey: toHex(fixture.dataKey),
    chunkIdKey: toHex(fixture.chunkIdKey),
    pack: toBase64(pack.bytes),
  };
}

function write(name: string, content: VectorFile): void {
  if (existsSync(pathOf(name))) {
    console.log(`${pathOf(name)} exists; a vector is never written twice. Delete it yourself before a first release.`);
    return;
  }
  writeFileSync(pathOf(name), `${JSON.stringify(content, null, 2)}\n`);
  console.log(`wrote ${pathOf(name)}`);
}

// `node engine/format/testing/vector-files.ts` writes the vectors that are missing.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, content] of Object.entries(vectorCases())) write(name, content);
  write("compressed-pack", compressedPack());
}
