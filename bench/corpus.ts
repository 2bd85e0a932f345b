import { execFileSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { closeSync, cpSync, existsSync, mkdirSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

const MiB = 1024 * 1024;

export interface Corpus {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
}

/** What the corpus is made of; a missing folder is left out and shows in the printed size. */
const parts = (checkout: string) => [
  { name: "packages", from: join(checkout, "node_modules"), limitBytes: 1100 * MiB },
  { name: "binaries", from: "/usr/bin", limitBytes: 400 * MiB },
  { name: "libraries", from: "/usr/lib/x86_64-linux-gnu", limitBytes: 450 * MiB },
  { name: "source", from: "/usr/include", limitBytes: 150 * MiB },
  { name: "texts", from: "/usr/share", limitBytes: 250 * MiB },
];

/** Copies whole sub-folders and files of `from`, in name order, until the limit is reached, so that every run measures the same files. */
function copyUpTo(from: string, to: string, limitBytes: number): void {
  mkdirSync(to, { recursive: true });
  let copied = 0;
  for (const name of readdirSync(from).sort()) {
    if (copied >= limitBytes) return;
    const size = Number(execFileSync("du", ["-sxk", join(from, name)], { encoding: "utf8" }).split("\t")[0]) * 1024;
    if (copied + size > limitBytes * 1.1) continue;
    execFileSync("cp", ["-a", "--no-preserve=links", join(from, name), join(to, name)]);
    copied += size;
  }
}

function writeIncompressible(to: string, totalBytes: number): void {
  mkdirSync(to, { recursive: true });
  const block = Buffer.alloc(4 * MiB);
  let written = 0;
  for (let number = 0; written < totalBytes; number += 1) {
    const file = openSync(join(to, `media-${String(number).padStart(3, "0")}.bin`), "w");
    const blocks = number % 8 === 0 ? 40 : 1 + (number % 5);
    for (let count = 0; count < blocks && written < totalBytes; count += 1) {
      randomFillSync(block);
      writeSync(file, block);
      written += block.length;
    }
    closeSync(file);
  }
}

/** A second copy in which every 20th file of more than 4 KiB has a few bytes inserted near its middle. */
function copyWithEdits(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  const script = `import os,sys
n=0
for d,_,fs in os.walk(sys.argv[1]):
    for f in sorted(fs):
        p=os.path.join(d,f)
        if os.path.islink(p) or os.path.getsize(p)<4096: continue
        n+=1
        if n%20: continue
        b=open(p,'rb').read(); m=len(b)//2
        open(p,'wb').write(b[:m]+b'edited here'+b[m:])`;
  execFileSync("python3", ["-c", script, to]);
}

/** Makes the corpus once: at least 3 GB of packages, binaries, source and texts, 1 GB that does not compress, and an edited second copy. */
export function makeCorpus(folder: string, checkout: string): Corpus {
  const path = join(folder, "corpus");
  if (!existsSync(join(folder, "corpus-done"))) {
    for (const part of parts(checkout))
      if (existsSync(part.from)) copyUpTo(part.from, join(path, part.name), part.limitBytes);
    writeIncompressible(join(path, "media"), 1000 * MiB);
    copyWithEdits(join(path, "source"), join(path, "edited", "source"));
    copyWithEdits(join(path, "binaries"), join(path, "edited", "binaries"));
    closeSync(openSync(join(folder, "corpus-done"), "w"));
  }
  const list = execFileSync("find", [path, "-type", "f", "-printf", "%s\n"], { encoding: "utf8", maxBuffer: 64 * MiB });
  const sizes = list.trim().split("\n").map(Number);
  return { path, files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Bytes of all files below a folder. */
export function storedBytes(folder: string): number {
  return statSync(folder).isDirectory()
    ? Number(execFileSync("du", ["-sb", "--apparent-size", folder], { encoding: "utf8" }).split("\t")[0])
    : statSync(folder).size;
}
