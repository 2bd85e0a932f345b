import { join } from "node:path";
import { lockFile } from "../platform/posix-state.ts";
import { AgentError } from "./agent-error.ts";
import type { StateFolder } from "./state-folder.ts";

/**
 * Keeps a second `holdfast agent run` of the same agent out. Returns how to let go.
 *
 * @throws AgentError `agent_running`
 */
export function lockAgent(state: StateFolder): () => void {
  const busy = new AgentError("agent_running", `"holdfast agent run" runs already for ${state.root}`);
  return lock(state, "run.lock", busy);
}

/**
 * Keeps a second run of the same agent out: its manifests are one chain. Returns how to let go.
 *
 * @throws AgentError `agent_busy`
 */
export function lockState(state: StateFolder): () => void {
  const message = `another backup of this agent is running (${state.root}); wait until it has ended`;
  return lock(state, "lock", new AgentError("agent_busy", message));
}

function lock(state: StateFolder, name: string, busy: AgentError): () => void {
  const lock = lockFile(join(state.root, name));
  switch (lock.outcome) {
    case "locked":
      return lock.unlock;
    case "busy":
      throw busy;
    case "failed":
      throw new AgentError(
        "state_unusable",
        `cannot lock ${state.root}: ${lock.code}; give another folder with --state`,
      );
  }
}
