import { spawn } from "node:child_process";
import { join } from "node:path";
import { StartError } from "../supervisor/start-error.ts";

export interface AgentResult {
  readonly exitCode: number;
  /** The last object that the agent printed. */
  readonly last: Record<string, unknown>;
}

const EXIT_COMPLETE_WITH_GAPS = 3;
const MAX_REASON_CHARACTERS = 2000;

/**
 * Runs `holdfast agent ...` as the customer would: a program of its own, which knows nothing but its arguments.
 *
 * @throws StartError with what the agent said
 */
export function runAgent(projectRoot: string, args: readonly string[], signal: AbortSignal): Promise<AgentResult> {
  const main = join(projectRoot, "bin", "main.ts");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, "agent", ...args, "--json"], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      signal,
    });
    let output = "";
    let complaints = "";
    // Progress may run to many lines; only the end is of interest.
    child.stdout?.on("data", (data) => {
      output = (output + data).slice(-64 * 1024);
    });
    child.stderr?.on("data", (data) => {
      complaints = (complaints + data).slice(-MAX_REASON_CHARACTERS);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const isDone = code === 0 || code === EXIT_COMPLETE_WITH_GAPS;
      if (isDone) resolve({ exitCode: code, last: parseLastLine(output) });
      else reject(new StartError("process_failed", `agent ${args[0]} ended with ${code}: ${complaints.trim()}`));
    });
  });
}

function parseLastLine(output: string): Record<string, unknown> {
  const line = output.trimEnd().split("\n").at(-1) ?? "";
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
