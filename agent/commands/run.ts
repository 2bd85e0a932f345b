import { type AgentEvent, runAgent } from "../run/run-agent.ts";
import { AgentError } from "../state/agent-error.ts";
import { findInstallation } from "../update/installation.ts";
import { formatBytes } from "./progress-line.ts";

const JSON_PROGRESS_EVERY_MS = 1_000;
/** For whoever keeps this program running (deploy/agent/keep): a new version is current, start it at once. */
const EXIT_RESTART = 75;

/** `holdfast agent run` */
export async function run(input: Record<string, unknown>): Promise<number> {
  const interrupt = new AbortController();
  const stop = () =>
    interrupt.abort(new AgentError("agent_stopped", "the agent was stopped; the backup goes on when it runs again"));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const stateFolder = typeof input.state === "string" ? input.state : undefined;
  try {
    const tell = input.json === true ? tellJson() : tellText;
    const installation = findInstallation(process.env, process.argv[1] ?? "");
    const { signal } = interrupt;
    const end = await runAgent({ stateFolder, signal, tell, installation, ...spreadOf(process.env) });
    return end === "restart" ? EXIT_RESTART : 0;
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeListener(signal, stop);
  }
}

/** For a provider who wants the machines on a new version at once, or later. */
function spreadOf({ HOLDFAST_UPDATE_SPREAD_SECONDS: text }: NodeJS.ProcessEnv): { readonly updateSpreadMs?: number } {
  return text !== undefined && /^\d{1,6}$/.test(text) ? { updateSpreadMs: Number(text) * 1000 } : {};
}

function tellJson(): (event: AgentEvent) => void {
  let shownAtMs = 0;
  return (event) => {
    if (event.event === "started") shownAtMs = 0;
    if (event.event === "progress") {
      if (event.elapsedMs - shownAtMs < JSON_PROGRESS_EVERY_MS) return;
      shownAtMs = event.elapsedMs;
    }
    console.log(JSON.stringify(event));
  };
}

function tellText(event: AgentEvent): void {
  const line = lineOf(event);
  if (line === undefined) return;
  if (["failed", "waiting", "update_failed"].includes(event.event)) console.error(line);
  else console.log(line);
}

/** One line each, for a journal that adds the time; progress is for the portal. */
function lineOf(event: AgentEvent): string | undefined {
  switch (event.event) {
    case "running":
      return `"${event.machineName}" waits for what ${event.portal} says is due.`;
    case "next":
      return `Next: ${event.name}, ${event.startAt.toISOString()}.`;
    case "started":
      return `Backing up ${event.name}, due ${event.dueAt.toISOString()}.`;
    case "progress":
      return undefined;
    case "done": {
      const { snapshotId, counters } = event;
      const gaps = counters.gaps > 0 ? `; ${counters.gaps} could not be read` : "";
      const sent = `${counters.files} files, ${formatBytes(counters.bytes)}; ${formatBytes(counters.storedBytes)} sent`;
      return `Snapshot ${snapshotId}: ${sent} in ${counters.seconds.toFixed(1)} s${gaps}.`;
    }
    case "failed":
      return event.code === "window_ended"
        ? `Backup stopped: ${event.message}`
        : `Backup failed (${event.code}): ${event.message}`;
    case "waiting":
      return `${event.message} (${event.code}); asked again in ${Math.ceil(event.retryMs / 1000)} s.`;
    case "updating":
      return `Fetching agent ${event.version}, which the portal offers.`;
    case "updated":
      return `Agent ${event.version} works here and is started now.`;
    case "update_failed":
      return `This version stays (${event.code}): ${event.message}`;
    case "proven":
      return `Agent ${event.version} runs.`;
  }
}
