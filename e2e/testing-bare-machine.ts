import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What the installer asks of a machine, besides a shell. There is no Node, no npm, no bash and no Python. */
const PROGRAMS = ["sh", "tar", "gzip", "sha256sum"];
/** What every system has. */
const BASICS = ["cat", "chmod", "cp", "id", "ln", "mkdir", "mv", "readlink", "rm", "sleep", "uname"];
/** Of the C++ runtime, which the GNU systems have and Node needs. */
const LIBRARIES_OF = "node";

export interface BareMachineOptions {
  readonly fetcher: "curl" | "wget";
  /** Number of the user who sits there; 0 is root. */
  readonly userId: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** A system with next to nothing on it, in a root, mounts and processes of its own; needs root. */
export interface BareMachine {
  readonly root: string;
  /** Types a line into its shell. */
  type(line: string): Promise<{ readonly code: number; readonly output: string }>;
  /** Numbers, as this system sees them, of its processes whose command line holds `mark`. */
  listProcesses(mark: string): number[];
  remove(): void;
}

export function startBareMachine({ fetcher, userId, environment }: BareMachineOptions): BareMachine {
  const root = mkdtempSync(join(tmpdir(), "holdfast-bare-machine-"));
  for (const folder of ["bin", "tmp", "root", "etc", "dev", "proc", "opt", "usr/local/bin", "var/lib", "srv"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const program of [...PROGRAMS, fetcher, ...BASICS]) {
    const path = realpathSync(execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim());
    copyFileSync(path, join(root, "bin", program));
    copyLibraries(root, path);
  }
  copyLibraries(root, process.execPath);
  chmodSync(root, 0o755);
  for (const own of ["root", "srv"]) chownSync(join(root, own), userId, userId);
  const set = `mount --make-rprivate / && mount -t proc proc ${root}/proc && mount --rbind /dev ${root}/dev && exec chroot --userspec=${userId}:${userId} ${root} /bin/sh`;
  const shell = spawn("unshare", ["--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", set], {
    env: { NODE_ENV: "production", PATH: "/usr/local/bin:/bin:/usr/bin:/usr/sbin", HOME: "/root", ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  return {
    root,
    type: typist(shell),
    listProcesses: (mark) => listProcesses(root, mark),
    remove() {
      shell.kill("SIGKILL");
      rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** Why there can be no bare machine here; null when there can. */
export function whyNoBareMachine(): string | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux";
  for (const program of [...PROGRAMS, "curl", "wget", "unshare", "chroot", LIBRARIES_OF]) {
    try {
      execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    } catch {
      return `needs ${program}`;
    }
  }
  try {
    execFileSync("unshare", ["--mount", "--pid", "--fork", "/bin/true"], { stdio: "ignore" });
    return null;
  } catch {
    return "needs namespaces of its own";
  }
}

function copyLibraries(root: string, program: string): void {
  const listed = execFileSync("ldd", [program], { encoding: "utf8" });
  for (const [path] of listed.matchAll(/\/\S+(?= \()/g)) {
    const copy = join(root, path);
    if (existsSync(copy)) continue;
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(realpathSync(path), copy);
  }
}

function typist(shell: ChildProcess): BareMachine["type"] {
  let outputs = ["", ""];
  let typed = 0;
  const streams = [shell.stdout, shell.stderr];
  for (const [at, stream] of streams.entries()) stream?.on("data", (data) => (outputs[at] += data));
  return (line) =>
    new Promise((resolve, reject) => {
      const mark = new RegExp(`typed-${++typed}-ended-with (\\d+)\n`);
      outputs = ["", ""];
      // At the end of both: one may be behind the other.
      const look = () => {
        const codes = outputs.map((output) => mark.exec(output)?.[1]);
        if (codes.includes(undefined)) return;
        for (const stream of streams) stream?.off("data", look);
        resolve({ code: Number(codes[0]), output: outputs.map((output) => output.replace(mark, "")).join("") });
      };
      for (const stream of streams) stream?.on("data", look);
      shell.once("exit", () => reject(new Error(`the shell ended: ${outputs.join("")}`)));
      const end = `ended=$?; echo typed-${typed}-ended-with $ended; echo typed-${typed}-ended-with $ended >&2`;
      shell.stdin?.write(`${line}\n${end}\n`);
    });
}

function listProcesses(root: string, mark: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const isThere = realpathSync(`/proc/${pid}/root`) === realpathSync(root);
        return isThere && readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").includes(mark);
      } catch {
        // ended while it was looked at
        return false;
      }
    });
}
