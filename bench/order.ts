import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { nodePrimitives } from "../engine/primitives/node.ts";

const pieceBytes = 512 * 1024;

/** Stored bytes of a sample in both orders: compress then encrypt, and encrypt then compress. */
export function measureOrders(
  folder: string,
  limitBytes: number,
): { compressFirst: number; encryptFirst: number; source: number } {
  const total = { compressFirst: 0, encryptFirst: 0, source: 0 };
  const aad = new Uint8Array();
  const seal = (plain: Uint8Array) => nodePrimitives.aeadSeal(randomBytes(32), randomBytes(24), aad, plain);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || total.source >= limitBytes || statSync(path).size === 0) continue;
    const content = readFileSync(path);
    for (let at = 0; at < content.length && total.source < limitBytes; at += pieceBytes) {
      const piece = content.subarray(at, at + pieceBytes);
      total.source += piece.length;
      total.compressFirst += seal(zstdCompressSync(piece)).length;
      total.encryptFirst += zstdCompressSync(seal(piece)).length;
    }
  }
  return total;
}
