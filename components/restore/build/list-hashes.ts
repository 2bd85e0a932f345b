import { globSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Plugin } from "vite";
import { type VaultFile, type VaultHashes, vaultHashLines } from "../../../contracts/vault-hashes.ts";
import { fromHex, toBase64, toHex } from "../../../engine/codec/hex.ts";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { withIntegrity } from "./with-integrity.ts";

const LIST = "hashes.json";

/**
 * Last of the build: documents say the hashes of their scripts and styles, and the list says those of every file, as they lie on the
 * disk. [Note: The hashes of the vault].
 */
export function listHashes(): Plugin {
  let folder = "";
  return {
    name: "holdfast-list-hashes",
    apply: "build",
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir);
    },
    writeBundle: {
      order: "post",
      sequential: true,
      async handler() {
        await addIntegrity(folder);
        const hashes = await hashVault(folder);
        await writeFile(join(folder, LIST), `${JSON.stringify(hashes, null, 2)}\n`);
      },
    },
  };
}

async function addIntegrity(folder: string): Promise<void> {
  const assets = await hashVault(folder);
  const hashOf = new Map(assets.files.map(({ path, sha256 }) => [`/vault/${path}`, toBase64(fromHex(sha256))]));
  for (const name of globSync("*.html", { cwd: folder })) {
    const path = join(folder, name);
    await writeFile(path, withIntegrity(await readFile(path, "utf8"), hashOf));
  }
}

async function hashVault(folder: string): Promise<VaultHashes> {
  const paths = globSync("**/*", { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => path !== LIST)
    .sort();
  const files: VaultFile[] = [];
  for (const path of paths) {
    const bytes = await readFile(join(folder, path));
    files.push({ path, sizeBytes: bytes.length, sha256: sha256Hex(bytes) });
  }
  return { v: 1, build: sha256Hex(new TextEncoder().encode(vaultHashLines(files))), files };
}

function sha256Hex(bytes: Uint8Array): string {
  return toHex(nodePrimitives.sha256(bytes));
}
