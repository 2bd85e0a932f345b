import { type AgentRunView, agentHeartbeatView, agentRunEndedView, agentRunView } from "../../contracts/agent.ts";
import type { ControlClient } from "../control-client.ts";
import { newId } from "../new-id.ts";
import { codeOf } from "../retry.ts";
import { AgentError } from "../state/agent-error.ts";
import type { BackupCounters } from "./backup-counters.ts";

/** An open run: its lease is kept alive from a timer, and its token with it. */
export class RunSession {
  readonly run: AgentRunView;
  readonly #control: ControlClient;
  readonly #cancel: AbortController;
  #bulkToken: string;
  #beatMs: number;
  #timer: NodeJS.Timeout | undefined;
  #progress: () => BackupCounters | undefined = () => undefined;

  private constructor(control: ControlClient, run: AgentRunView, cancel: AbortController) {
    this.#control = control;
    this.run = run;
    this.#cancel = cancel;
    this.#bulkToken = run.bulkToken;
    this.#beatMs = run.beatMs;
    this.#schedule();
  }

  /** @param cancel aborted with an AgentError when the server takes the run away */
  static async start(control: ControlClient, sourceId: string, cancel: AbortController): Promise<RunSession> {
    const input = { sourceId, clientRunId: newId() };
    const { signal } = cancel;
    // Who is told when to come again waits outside of the call: a person may want to know, and other sources may be due.
    const options = { signal, except: ["company_busy"] };
    const run = await control.call({ procedure: "agent.startRun", input, view: agentRunView }, options);
    return new RunSession(control, run, cancel);
  }

  get bulkToken(): string {
    return this.#bulkToken;
  }

  /** What heartbeats tell the server from now on. */
  report(progress: () => BackupCounters | undefined): void {
    this.#progress = progress;
  }

  /** Tells the server the final figures, which a short run has never told; failing at that fails nothing. */
  async reportNow(): Promise<void> {
    await this.#tell();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Ends the run without a snapshot. Failing at that is no failure of its own: the lease will run out. */
  async end(outcome: "failed" | "cancelled", code: string): Promise<void> {
    this.stop();
    const { runId, fencingToken } = this.run;
    const named = /^[a-z][a-z0-9_]{0,63}$/.test(code) ? code : "failed";
    const input = { runId, fencingToken, outcome, code: named };
    const patience = { signal: AbortSignal.timeout(10_000) };
    try {
      await this.#control.call({ procedure: "agent.endRun", input, view: agentRunEndedView }, patience);
    } catch {
      // Whatever ended the run is what the person has to read.
    }
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#beat(), Math.min(this.#beatMs, this.run.leaseMs / 3));
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    await this.#tell();
    // A heartbeat that failed otherwise is tried again: the lease outlasts two of them.
    if (this.#timer !== undefined) this.#schedule();
  }

  async #tell(): Promise<void> {
    const { runId, fencingToken } = this.run;
    const { files = 0, readBytes: bytes = 0, storedBytes = 0 } = this.#progress() ?? {};
    const input = { runId, fencingToken, progress: { files, bytes, storedBytes } };
    try {
      const call = { procedure: "agent.heartbeat", input, view: agentHeartbeatView };
      const held = await this.#control.call(call, { signal: this.#cancel.signal });
      this.#bulkToken = held.bulkToken;
      this.#beatMs = held.beatMs;
      if (held.isCancelled)
        this.#cancel.abort(new AgentError("run_cancelled", "the backup was cancelled in the portal"));
      if (held.isOver)
        this.#cancel.abort(
          new AgentError("window_ended", "the hours for backups are over; it goes on in the next ones"),
        );
    } catch (error) {
      const code = codeOf(error);
      if (code === "lease_lost" || code === "run_ended") this.#cancel.abort(leaseLost());
    }
  }
}

export function leaseLost(): AgentError {
  return new AgentError(
    "lease_lost",
    "the server heard nothing of this run for too long and gave it up; start the backup again, what arrived is kept",
  );
}
