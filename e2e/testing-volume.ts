import { execFileSync } from "node:child_process";
import { rmSync, statfsSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A small file system of its own, which can be taken away, filled, made read-only and slow, as disks are. */
export interface Volume {
  mount(): void;
  /** Also while files in it are open. */
  unmount(): void;
  remount(mode: "ro" | "rw"): void;
  /** Every write waits; reading goes on. */
  freeze(): void;
  thaw(): void;
  /** No pack fits any more; what is small still does. */
  fill(): void;
  empty(): void;
  /** For good, whatever state it is in. */
  remove(): void;
}

const MiB = 1024 * 1024;
const FILLER = "filler";

/** Null where this account may not mount, or there are no loop devices. */
export function createVolume(path: string, image: string, sizeMiB: number): Volume | null {
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: "ignore" });
  const tolerate = (work: () => unknown) => {
    try {
      work();
    } catch {
      // Not in that state.
    }
  };
  const volume: Volume = {
    mount: () => run("mount", "-o", "loop", image, path),
    unmount: () => run("umount", "--lazy", path),
    remount: (mode) => run("mount", "-o", `remount,${mode}`, path),
    freeze: () => run("fsfreeze", "--freeze", path),
    thaw: () => run("fsfreeze", "--unfreeze", path),
    fill: () => {
      const { bavail, bsize } = statfsSync(path);
      run("fallocate", "--length", String(bavail * bsize - MiB), join(path, FILLER));
    },
    empty: () => rmSync(join(path, FILLER)),
    remove: () => {
      tolerate(volume.thaw);
      tolerate(volume.unmount);
      rmSync(image, { force: true });
    },
  };
  try {
    writeFileSync(image, "");
    truncateSync(image, sizeMiB * MiB);
    run("mkfs.ext4", "-q", "-m", "0", image);
    volume.mount();
    return volume;
  } catch {
    volume.remove();
    return null;
  }
}
