import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";

const MAIN = join(import.meta.dirname, "..", "..", "..", "bin", "main.ts");
/** People at the portal and agents of machines come first. */
const NICE = 10;
const LOOK_AT_MEMORY_MS = 1_000;
/** Enough for the last line, which is all that is read. */
const KEPT_OUTPUT_CHARACTERS = 64 * 1024;
/** Telling the portal that a backup ends takes one call; the portal may be stopping as well. */
const STOP_MS = 5_000;
const EXIT_COMPLETE_WITH_GAPS = 3;
/** What a program needs of this process's environment to run at all: nothing that opens the database or a zone. */
const PASSED_ON = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "NODE_EXTRA_CA_CERTS", "NODE_COMPILE_CACHE"] as const;

export interface ProgramOptions {
  /** For its standard input. */
  readonly input?: string;
  readonly memoryMib: number;
  /** Asks it to stop: a backup then ends as cancelled, and the next one goes on from there. */
  readonly signal: AbortSignal;
}

/** null: done. Otherwise the code that the program ended with, or `memory_exceeded`, `stopped`, `agent_failed`. */
export type ProgramEnd = null | string;

/**
 * Runs `holdfast agent ...`, the very program that runs on a customer's machine, as a process of its own: it has the collector's identity and nothing of the
 * service's, and ends with this process, however that ends.
 */
export function runAgentProgram(args: readonly string[], options: ProgramOptions): Promise<ProgramEnd> {
  const { input, memoryMib, signal } = options;
  if (signal.aborted) return Promise.resolve("stopped");
  const passed = PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const child = spawn(process.execPath, [MAIN, "agent", ...args, "--json"], {
    stdio: ["pipe", "pipe", "ignore", "ipc"],
    env: Object.fromEntries(passed),
  });
  const { pid } = child;
  if (pid !== undefined) lowerPriority(pid);
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input ?? "");
  let output = "";
  child.stdout?.on("data", (data) => {
    output = (output + data).slice(-KEPT_OUTPUT_CHARACTERS);
  });
  let isTooLarge = false;
  const watch = setInterval(() => {
    if (pid === undefined || readMemoryMib(pid) <= memoryMib) return;
    isTooLarge = true;
    child.kill("SIGKILL");
  }, LOOK_AT_MEMORY_MS);
  let killing: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill("SIGTERM");
    killing = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  };
  signal.addEventListener("abort", stop, { once: true });
  return new Promise((resolve) => {
    const end = (result: ProgramEnd) => {
      clearInterval(watch);
      clearTimeout(killing);
      signal.removeEventListener("abort", stop);
      resolve(result);
    };
    child.on("error", () => end("agent_failed"));
    child.on("close", (code) => {
      if (code === 0 || code === EXIT_COMPLETE_WITH_GAPS) end(null);
      else if (isTooLarge) end("memory_exceeded");
      else if (signal.aborted) end("stopped");
      else end(readErrorCode(output) ?? "agent_failed");
    });
  });
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, NICE);
  } catch {
    // It has ended already, or this system knows no priorities.
  }
}

/** What the process holds in memory; 0 where the system does not say. */
function readMemoryMib(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kib ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** With --json, the last line of a command that failed is `{"error":{"code","message"}}`. */
function readErrorCode(output: string): string | null {
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  const code = /^\{"error":\{"code":"([a-z_]{1,60})"/.exec(last)?.[1];
  return code ?? null;
}
