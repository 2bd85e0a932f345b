import { execFileSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";

const MiB = 1024 * 1024;

function countFiles(folder: string): number {
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
    : 0;
}

/** Copies real folders, one after the other in name order, until there are at least `minimumFiles` files. */
export function copyRealFiles(to: string, minimumFiles: number, checkout: string): number {
  mkdirSync(to, { recursive: true });
  let files = 0;
  for (const from of ["/usr/share", join(checkout, "node_modules")]) {
    if (!existsSync(from)) continue;
    for (const name of readdirSync(from).sort()) {
      if (files >= minimumFiles) return files;
      execFileSync("cp", ["-a", join(from, name), to]);
      files += countFiles(join(to, name));
    }
  }
  return files;
}

/** Writes one file that is half random and half the same block again, so that every step of the pipeline has work. */
export function writeLargeFile(path: string, sizeBytes: number): void {
  const file = openSync(path, "w");
  const same = Buffer.alloc(MiB, "the same again ");
  const random = Buffer.alloc(MiB);
  for (let written = 0; written < sizeBytes; written += MiB)
    writeSync(file, (written / MiB) % 2 ? same : randomFillSync(random), 0, Math.min(MiB, sizeBytes - written));
  closeSync(file);
}
