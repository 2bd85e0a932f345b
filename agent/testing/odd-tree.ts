import {
  chmodSync,
  chownSync,
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createRequire } from "node:module";
import { setAttributeSync } from "@napi-rs/xattr";

export interface OddTreeOptions {
  /** Also a folder whose whole path is longer than the 4,096 bytes that the system takes at once. */
  readonly isBeyondPathMax?: boolean;
}

const MIB = 1024 * 1024;
const S_IFCHR = 0o020000;
const S_IFBLK = 0o060000;
/** 2001-09-09T01:46:40 and a number of nanoseconds that no float of seconds holds. */
const OLD_SECONDS = 1_000_000_000;
const OLD_NANOSECONDS = 123_456_789;

/**
 * Makes a folder of everything that file systems hold and backups forget: what needs root only as root. Nothing in it is
 * unreadable, so its backup is complete.
 */
export function makeOddTree(folder: string, options: OddTreeOptions = {}): void {
  mkdirSync(folder, { recursive: true });
  const at = (name: string | Buffer) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]);
  makeFiles(at);
  makeNames(at);
  makeLinks(at);
  makeSparse(at);
  makeSpecials(at);
  makeAttributes(at);
  makeDeep(at("deep"), 12, "a folder with a name of about forty bytes");
  if (options.isBeyondPathMax) makeBeyondPathMax(folder);
  makeTimes(at);
  if (process.getuid?.() === 0) makeOwners(at);
}

type At = (name: string | Buffer) => Buffer;

function makeFiles(at: At): void {
  writeFileSync(at("empty file"), "");
  writeFileSync(at("one byte"), "x");
  writeFileSync(at("text"), "the quick brown fox\n".repeat(500));
  writeFileSync(at("random"), pseudoRandom(3 * MIB + 17, 1));
  writeFileSync(at("random once more"), pseudoRandom(3 * MIB + 17, 1));
  writeFileSync(at("zeros"), Buffer.alloc(MIB));
  mkdirSync(at("empty folder"));
  mkdirSync(at("many"));
  for (let number = 0; number < 300; number++) writeFileSync(at(`many/file ${number}`), `number ${number}\n`);
}

function makeNames(at: At): void {
  writeFileSync(at("n".repeat(255)), "a name of 255 bytes\n");
  writeFileSync(at("ümlaut, 漢字, emoji 🦊"), "UTF-8\n");
  writeFileSync(at(Buffer.from([0x6c, 0x61, 0x74, 0x69, 0x6e, 0x31, 0x20, 0xe9, 0xff])), "not UTF-8\n");
  mkdirSync(at(Buffer.from([0xfe, 0x64, 0x69, 0x72])));
  writeFileSync(at(Buffer.concat([Buffer.from([0xfe, 0x64, 0x69, 0x72]), Buffer.from("/inside")])), "below\n");
  writeFileSync(at("line\nbreak and \ttab"), "control characters\n");
  writeFileSync(at("-rf *"), "a name like an option\n");
  writeFileSync(at(" "), "a blank\n");
  writeFileSync(at("back\\slash"), "no separator here\n");
  writeFileSync(at("..."), "three dots\n");
}

function makeLinks(at: At): void {
  symlinkSync("text", at("symlink"));
  symlinkSync("/nowhere/to be found", at("broken symlink"));
  symlinkSync("empty folder", at("symlink to a folder"));
  symlinkSync(Buffer.from([0x74, 0xff, 0xfe]), at("symlink to a name that is not UTF-8"));
  writeFileSync(at("hard link a"), "one file with three names\n");
  linkSync(at("hard link a"), at("hard link b"));
  mkdirSync(at("elsewhere"));
  linkSync(at("hard link a"), at("elsewhere/hard link c"));
}

function makeSparse(at: At): void {
  const fd = openSync(at("sparse"), "w");
  writeSync(fd, Buffer.from("at the start"), 0, 12, 0);
  writeSync(fd, pseudoRandom(200_000, 2), 0, 200_000, 8 * MIB);
  ftruncateSync(fd, 64 * MIB + 5);
  closeSync(fd);
  const holes = openSync(at("nothing but a hole"), "w");
  ftruncateSync(holes, 16 * MIB);
  closeSync(holes);
}

function makeSpecials(at: At): void {
  const libc = loadLibc();
  if (libc === undefined) return;
  libc.mkfifo(cPath(at("fifo")), 0o640);
  if (process.getuid?.() !== 0) return;
  // Containers may forbid devices; then there are none to keep.
  libc.mknod(cPath(at("character device")), S_IFCHR | 0o620, BigInt((1 << 8) | 3));
  libc.mknod(cPath(at("block device")), S_IFBLK | 0o600, BigInt((7 << 8) | 200));
}

function makeAttributes(at: At): void {
  writeFileSync(at("with attributes"), "and content\n");
  mkdirSync(at("folder with attributes"));
  try {
    setAttributeSync(at("with attributes").toString(), "user.holdfast.note", Buffer.from("a value"));
    setAttributeSync(at("with attributes").toString(), "user.holdfast.bytes", Buffer.from([0, 1, 255, 0]));
    setAttributeSync(at("folder with attributes").toString(), "user.holdfast.note", Buffer.from("of a folder"));
  } catch {
    // Not every file system keeps them.
  }
  for (const mode of [0o000, 0o400, 0o644, 0o755, 0o4755, 0o2750, 0o1777]) {
    // What not even its owner may read would be a gap, which is for another test.
    if ((mode & 0o400) === 0 && process.getuid?.() !== 0) continue;
    const path = at(`mode ${mode.toString(8)}`);
    writeFileSync(path, "permissions\n");
    chmodSync(path, mode);
  }
  mkdirSync(at("sticky folder"));
  chmodSync(at("sticky folder"), 0o1777);
}

function makeDeep(start: Buffer, levels: number, name: string): void {
  let path = start;
  mkdirSync(path);
  for (let level = 0; level < levels; level++) {
    path = Buffer.concat([path, Buffer.from(`/${name} ${level}`)]);
    mkdirSync(path);
  }
  writeFileSync(Buffer.concat([path, Buffer.from("/at the bottom")]), "deep down\n");
}

/** Built through descriptors, because no call takes such a path whole. */
function makeBeyondPathMax(folder: string): void {
  const name = "d".repeat(200);
  let reach = `${folder}/beyond`;
  mkdirSync(reach);
  const open: number[] = [];
  for (let level = 0; level < 30; level++) {
    const fd = openSync(reach, "r");
    open.push(fd);
    reach = `/proc/self/fd/${fd}/${name}`;
    mkdirSync(reach);
  }
  writeFileSync(`${reach}/far away`, "beyond what a path can say\n");
  for (const fd of open) closeSync(fd);
}

function makeTimes(at: At): void {
  const libc = loadLibc();
  writeFileSync(at("old to the nanosecond"), "time\n");
  writeFileSync(at("before 1970"), "time\n");
  if (libc === undefined) return;
  setTime(libc, at("old to the nanosecond"), OLD_SECONDS, OLD_NANOSECONDS);
  setTime(libc, at("before 1970"), -86_400, 500_000_001);
  setTime(libc, at("symlink"), OLD_SECONDS, 1);
  setTime(libc, at("empty folder"), OLD_SECONDS, 999_999_999);
}

function makeOwners(at: At): void {
  writeFileSync(at("of somebody else"), "owner\n");
  chownSync(at("of somebody else"), 12_345, 54_321);
  mkdirSync(at("folder of somebody else"));
  chownSync(at("folder of somebody else"), 12_345, 54_321);
}

interface Libc {
  mkfifo(path: Uint8Array, mode: number): number;
  mknod(path: Uint8Array, mode: number, device: bigint): number;
  utimensat(folder: number, path: Uint8Array, times: Uint8Array, flags: number): number;
}

function loadLibc(): Libc | undefined {
  if (process.platform !== "linux") return undefined;
  const koffi: typeof import("koffi") = createRequire(import.meta.url)("koffi");
  const libc = koffi.load("libc.so.6");
  return {
    mkfifo: libc.func("mkfifo", "int", ["void *", "uint32_t"]),
    mknod: libc.func("mknod", "int", ["void *", "uint32_t", "uint64_t"]),
    utimensat: libc.func("utimensat", "int", ["int", "void *", "void *", "int"]),
  };
}

function cPath(path: Buffer): Buffer {
  return Buffer.concat([path, Buffer.alloc(1)]);
}

function setTime(libc: Libc, path: Buffer, seconds: number, nanoseconds: number): void {
  const AT_FDCWD = -100;
  const AT_SYMLINK_NOFOLLOW = 0x100;
  const one = [BigInt(seconds), BigInt(nanoseconds)];
  const times = BigInt64Array.from([...one, ...one]);
  libc.utimensat(AT_FDCWD, cPath(path), new Uint8Array(times.buffer), AT_SYMLINK_NOFOLLOW);
}

/** The same bytes every time, and not compressible. */
export function pseudoRandom(sizeBytes: number, seed: number): Buffer {
  const words = new Uint32Array(Math.ceil(sizeBytes / 4));
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return Buffer.from(words.buffer, 0, sizeBytes);
}
