import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { MAX_LOG_BYTES, rotateLog } from "./rotate-logs.ts";

/** A crashed process is started again after this, doubled each time it does not live long, up to the maximum. */
const FIRST_RESTART_MS = 250;
const MAX_RESTART_MS = 15_000;
/** A process that lived this long starts with a short delay again. */
const STEADY_MS = 60_000;
/** After this much grace a process that was asked to stop is killed. */
const STOP_GRACE_MS = 12_000;
/** The first start fails for good after so many crashes: the reason is in the log, not in trying again. */
const MAX_FIRST_CRASHES = 3;

export interface ProcessPlan {
  readonly name: string;
  readonly script: string;
  readonly cwd: string;
  readonly logFile: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Told of every end that was not asked for. */
  readonly onCrash: (message: string) => void;
}

/**
 * One child under Node, started again when it crashes. It says `{kind: "ready"}` over its channel when it serves, and ends
 * by itself when the channel closes, so that nothing outlives a supervisor that was killed.
 */
export class SupervisedProcess {
  readonly #plan: ProcessPlan;
  #child: ChildProcess | null = null;
  #isStopping = false;
  #crashes = 0;
  #wasReady = false;
  #restart: NodeJS.Timeout | null = null;

  constructor(plan: ProcessPlan) {
    this.#plan = plan;
  }

  /** Resolves when the process serves; rejects when it crashes again and again before it ever did. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => this.#spawn(resolve, reject));
  }

  /** Asks it to end, waits, and kills it after the grace. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#restart) clearTimeout(this.#restart);
    const child = this.#child;
    if (!child) return;
    await new Promise<void>((resolve) => {
      const kill = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
      child.once("exit", () => {
        clearTimeout(kill);
        resolve();
      });
      child.kill("SIGTERM");
    });
  }

  #spawn(onReady: () => void, onFailed: (error: Error) => void): void {
    const { script, cwd, logFile, environment } = this.#plan;
    rotateLog(logFile, MAX_LOG_BYTES);
    const log = openSync(logFile, "a", 0o640);
    // A group of its own, so that Ctrl-C reaches the supervisor alone, which then stops everything in order.
    const options = { cwd, env: environment, detached: true };
    const child = spawn(process.execPath, [script], { ...options, stdio: ["ignore", log, log, "ipc"] });
    closeSync(log);
    this.#child = child;
    const startedAtMs = performance.now();
    child.on("message", (message) => {
      if (!isReady(message)) return;
      this.#wasReady = true;
      onReady();
    });
    child.on("error", onFailed);
    child.once("exit", (code, signal) => {
      this.#child = null;
      if (this.#isStopping) return;
      if (performance.now() - startedAtMs > STEADY_MS) this.#crashes = 0;
      this.#afterCrash(signal ?? `code ${code}`, onReady, onFailed);
    });
  }

  #afterCrash(reason: string, onReady: () => void, onFailed: (error: Error) => void): void {
    const { name, logFile, onCrash } = this.#plan;
    const message = `${name} ended with ${reason}; its log is ${logFile}`;
    if (!this.#wasReady && this.#crashes + 1 >= MAX_FIRST_CRASHES) {
      onFailed(new Error(message));
      return;
    }
    const delayMs = Math.min(FIRST_RESTART_MS * 2 ** this.#crashes, MAX_RESTART_MS);
    this.#crashes++;
    onCrash(`${message}; starting it again`);
    this.#restart = setTimeout(() => this.#spawn(onReady, onFailed), delayMs);
  }
}

function isReady(message: unknown): boolean {
  return typeof message === "object" && message !== null && "kind" in message && message.kind === "ready";
}
