import { statfsSync } from "node:fs";
import type { SystemPath } from "./posix-read.ts";

/** Linux's file systems without storage behind them: what is in them is made up when it is read, and has no end. */
const PSEUDO_TYPES = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x1cd1, // devpts
  0x64626720, // debugfs
  0x74726163, // tracefs
  0x27e0eb, // cgroup
  0x63677270, // cgroup2
  0xcafe4a11, // bpf
  0x73636673, // securityfs
  0xf97cff8c, // selinuxfs
  0x6165676c, // pstore
  0xde5e81e4, // efivarfs
  0x62656570, // configfs
  0x65735543, // fusectl
  0x42494e4d, // binfmt_misc
  0x19800202, // mqueue
]);

/** True for the mount point of a file system that holds nothing to back up; its folder is kept, its inside is not. */
export function isPseudoFolder(path: SystemPath): boolean {
  if (process.platform !== "linux") return false;
  try {
    return PSEUDO_TYPES.has(statfsSync(path).type);
  } catch {
    return false;
  }
}
