import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Measured {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Greatest sum of resident memory over the command's processes, read every 50 ms. */
  readonly peakMiB: number;
  readonly output: string;
}

interface ProcessState {
  readonly cpuSeconds: number;
  readonly waitedCpuSeconds: number;
  readonly residentMiB: number;
}

const ticksPerSecond = 100;

function readProcess(pid: number): ProcessState | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const at = (index: number) => fields[index] ?? 0;
    return {
      cpuSeconds: (at(11) + at(12)) / ticksPerSecond,
      waitedCpuSeconds: (at(13) + at(14)) / ticksPerSecond,
      residentMiB: (at(21) * 4096) / (1024 * 1024),
    };
  } catch {
    return null; // ended between the listing and the reading
  }
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim();
    return text === "" ? [] : text.split(" ").map(Number);
  } catch {
    return [];
  }
}

/** Only the tree itself is read: a look at every process of the machine would cost what is to be measured. */
function processTree(root: number): ProcessState[] {
  const state = readProcess(root);
  return state === null ? [] : [state, ...childrenOf(root).flatMap(processTree)];
}

/** CPU seconds that a service's processes have used so far, with those of children that ended. */
export function cpuSecondsOf(rootPids: readonly number[]): number {
  return rootPids.flatMap(processTree).reduce((sum, state) => sum + state.cpuSeconds + state.waitedCpuSeconds, 0);
}

/** Runs a command to its end. @throws when it ends with another code than 0, with its last output */
export function measure(command: readonly string[], env: Record<string, string> = {}): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const startedAt = process.hrtime.bigint();
    const child = spawn("bash", ["-c", 'TIMEFORMAT="holdfast-time %U %S"; time "$@"', "-", ...command], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let errors = "";
    let peakMiB = 0;
    const timer = setInterval(() => {
      const now = processTree(child.pid ?? -1).reduce((sum, state) => sum + state.residentMiB, 0);
      peakMiB = Math.max(peakMiB, now);
    }, 50);
    child.stdout.on("data", (data) => {
      output = (output + data).slice(-200_000);
    });
    child.stderr.on("data", (data) => {
      errors = (errors + data).slice(-200_000);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(timer);
      const wallSeconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
      const times = /holdfast-time ([\d.]+) ([\d.]+)/.exec(errors);
      if (code !== 0 || !times)
        return reject(
          new Error(`${command.join(" ")} ended with ${code}: ${errors.slice(-2000)}${output.slice(-2000)}`),
        );
      resolve({ wallSeconds, cpuSeconds: Number(times[1]) + Number(times[2]), peakMiB, output });
    });
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
