import { type AgentScheduleView, agentScheduleView } from "../../contracts/agent.ts";
import { type BackupProgress, type BackupResult, backupSource } from "../backup/backup-paths.ts";
import { ControlClient } from "../control-client.ts";
import { HttpConnection } from "../http-connection.ts";
import { codeOf, retryAfterOf } from "../retry.ts";
import { getIdentity, type Identity } from "../state/identity.ts";
import { type KnownSource, listSources } from "../state/sources.ts";
import { openStateFolder, type StateFolder } from "../state/state-folder.ts";
import { lockAgent } from "../state/state-lock.ts";
import type { Installation } from "../update/installation.ts";
import { offerOf, type UpdateEvent, Updater } from "../update/updater.ts";
import { BackOff } from "./back-off.ts";
import { pause } from "./pause.ts";

/** What a long-lived agent tells the person at its machine. */
export type AgentEvent =
  | { readonly event: "running"; readonly machineName: string; readonly portal: string }
  | { readonly event: "next"; readonly sourceId: string; readonly name: string; readonly startAt: Date }
  | { readonly event: "started"; readonly sourceId: string; readonly name: string; readonly dueAt: Date }
  | ({ readonly event: "progress"; readonly sourceId: string } & BackupProgress)
  | ({ readonly event: "done"; readonly name: string } & Omit<BackupResult, "gaps">)
  /** Tried again after the pause, or at the next due time when the server knows of the failure. */
  | { readonly event: "failed"; readonly sourceId: string; readonly code: string; readonly message: string }
  /** The portal does not answer, or refuses, or lets no more backups of the company run for now: asked again after the pause. */
  | { readonly event: "waiting"; readonly code: string; readonly message: string; readonly retryMs: number }
  | UpdateEvent;

/** restart: another version of the agent is current now, and has to be started. */
export type AgentRunEnd = "stopped" | "restart";

export interface AgentRunOptions {
  readonly stateFolder?: string | undefined;
  /** Ends the agent; a backup that runs is ended as cancelled and goes on with the next start. */
  readonly signal: AbortSignal;
  readonly tell: (event: AgentEvent) => void;
  /** Milliseconds before a portal that refused, or a backup that could not begin, is tried again; doubled each time, up to the second. */
  readonly backOffMs?: readonly [first: number, longest: number];
  /** Where this program is installed, if it may replace itself. */
  readonly installation?: Installation | undefined;
  /** Within so long a new version that is offered is fetched. */
  readonly updateSpreadMs?: number;
}

/** Whoever waits longer than this for a portal that came back would think that the agent is dead. */
const BACK_OFF_MS = [15_000, 5 * 60_000] as const;
/** An agent's archive has 50 MB: a thousand machines fetch theirs in ten minutes. */
const UPDATE_SPREAD_MS = 10 * 60_000;
/** Whatever a server says: after this it is asked again. */
const LONGEST_WAIT_MS = 15 * 60_000;
/** A person has to act: enrol again, replace the agent, or find out why the server is not what it was. */
const FATAL_CODES: ReadonlySet<string> = new Set([
  "agent_revoked",
  "agent_too_old",
  "agent_too_new",
  "control_term_rolled_back",
  "log_rolled_back",
  "log_changed",
  "history_rolled_back",
  "history_changed",
]);

/**
 * Backs up every source that this agent knows when the server says that it is due, until the signal. One backup at a time:
 * an agent's manifests are one chain. Portal and network may go and come back.
 *
 * @throws AgentError, ServerError when a person has to act
 */
export async function runAgent(options: AgentRunOptions): Promise<AgentRunEnd> {
  const state = openStateFolder(options.stateFolder);
  const identity = getIdentity(state);
  const unlock = lockAgent(state);
  const connection = new HttpConnection(identity.origin);
  try {
    const updater = openUpdater(options, identity, state);
    return await new AgentRun(options, { state, identity, connection, updater }).run();
  } catch (error) {
    if (!options.signal.aborted) throw error;
    return "stopped";
  } finally {
    connection.close();
    unlock();
  }
}

function openUpdater(options: AgentRunOptions, { origin }: Identity, { root }: StateFolder): Updater | undefined {
  const { installation, signal, tell, backOffMs, updateSpreadMs: spreadMs = UPDATE_SPREAD_MS } = options;
  if (installation === undefined) return undefined;
  const pauses = backOffMs === undefined ? {} : { backOffMs };
  return new Updater({ installation, origin, stateFolder: root, signal, tell, spreadMs, ...pauses });
}

interface Due {
  readonly source: KnownSource;
  readonly dueAt: Date;
  readonly startAt: Date;
}

class AgentRun {
  readonly #options: AgentRunOptions;
  readonly #state: StateFolder;
  readonly #identity: Identity;
  readonly #control: ControlClient;
  readonly #portal: BackOff;
  /** Undefined where this program is not installed by a line of the portal. */
  readonly #updater: Updater | undefined;
  /** Of sources whose backup could not even begin, so that the server knows nothing of it. */
  readonly #sources = new Map<string, BackOff>();
  #announced = "";

  constructor(
    options: AgentRunOptions,
    place: {
      readonly state: StateFolder;
      readonly identity: Identity;
      readonly connection: HttpConnection;
      readonly updater: Updater | undefined;
    },
  ) {
    this.#options = options;
    this.#state = place.state;
    this.#identity = place.identity;
    const { agentId, sign } = place.identity;
    this.#control = new ControlClient(place.connection, { agentId, signSecretKey: sign.secretKey });
    this.#portal = this.#newBackOff();
    this.#updater = place.updater;
  }

  async run(): Promise<AgentRunEnd> {
    const { signal, tell } = this.#options;
    tell({ event: "running", machineName: this.#identity.machineName, portal: this.#identity.origin });
    while (!signal.aborted) {
      const schedule = await this.#ask();
      this.#updater?.prove();
      if (schedule === "restart") return schedule;
      if (schedule === "again") continue;
      const { update } = schedule;
      if (update !== undefined && (await this.#updater?.consider(update, false)) === "restart") return "restart";
      const next = this.#findNext(schedule);
      if (next !== undefined && next.startAt <= schedule.serverTime) await this.#backUp(next);
      else {
        if (next !== undefined) this.#announce(next);
        await pause(schedule.checkAfterMs, signal);
      }
    }
    return "stopped";
  }

  /** The schedule; `again` after a pause when the portal could not say. */
  async #ask(): Promise<AgentScheduleView | "again" | "restart"> {
    const { signal } = this.#options;
    try {
      const call = { procedure: "agent.schedule", isQuery: true, view: agentScheduleView };
      const schedule = await this.#control.call(call, { signal });
      this.#portal.reset();
      return schedule;
    } catch (error) {
      if (signal.aborted) throw error;
      const offer = offerOf(error);
      const taken = offer === undefined ? "none" : await this.#updater?.consider(offer, true);
      if (taken === "restart") return taken;
      if (taken !== "wait" && FATAL_CODES.has(codeOf(error))) throw error;
      const retryMs = this.#portal.next();
      this.#options.tell({ event: "waiting", code: codeOf(error), message: messageOf(error), retryMs });
      await pause(retryMs, signal);
      return "again";
    }
  }

  /** What starts first of the sources that this agent knows and that do not rest after a failure. */
  #findNext({ sources }: AgentScheduleView): Due | undefined {
    const known = new Map(listSources(this.#state).map((source) => [source.sourceId, source]));
    let first: Due | undefined;
    for (const { sourceId, next } of sources) {
      const source = known.get(sourceId);
      if (source === undefined || next === null || this.#sources.get(sourceId)?.isResting === true) continue;
      if (first === undefined || next.startAt < first.startAt) first = { source, ...next };
    }
    return first;
  }

  #announce({ source, startAt }: Due): void {
    const { sourceId, name } = source;
    const announced = `${sourceId}/${startAt.getTime()}`;
    if (announced !== this.#announced) this.#options.tell({ event: "next", sourceId, name, startAt });
    this.#announced = announced;
  }

  async #backUp({ source, dueAt }: Due): Promise<void> {
    const { signal, tell, stateFolder } = this.#options;
    const { sourceId, name } = source;
    tell({ event: "started", sourceId, name, dueAt });
    try {
      const { gaps: _, ...result } = await backupSource(source, {
        stateFolder,
        signal,
        onProgress: (progress) => tell({ event: "progress", sourceId, ...progress }),
      });
      this.#sources.delete(sourceId);
      tell({ event: "done", name, ...result });
    } catch (error) {
      if (signal.aborted || FATAL_CODES.has(codeOf(error))) throw error;
      const retryAfterMs = retryAfterOf(error);
      if (retryAfterMs !== undefined) return await this.#waitFor(error, retryAfterMs);
      const backOff = this.#sources.get(sourceId) ?? this.#newBackOff();
      this.#sources.set(sourceId, backOff);
      backOff.rest();
      tell({ event: "failed", sourceId, code: codeOf(error), message: messageOf(error) });
    }
  }

  /** As long as the server says, and up to half of it more, so that not all come back in one moment. Nothing failed: what was due is due. */
  async #waitFor(error: unknown, retryAfterMs: number): Promise<void> {
    const retryMs = Math.min(retryAfterMs, LONGEST_WAIT_MS) * (1 + Math.random() / 2);
    this.#options.tell({ event: "waiting", code: codeOf(error), message: messageOf(error), retryMs });
    await pause(retryMs, this.#options.signal);
  }

  #newBackOff(): BackOff {
    return new BackOff(this.#options.backOffMs ?? BACK_OFF_MS);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
