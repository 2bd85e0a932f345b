import { join } from "node:path";
import { lockFile } from "../platform/posix-state.ts";
import { AgentError } from "./agent-error.ts";
import type { StateFolder } from "./state-folder.ts";

/**
 * Keeps a second run of the same agent out: its manifests are one chain. Returns how to let go.
 *
 * @throws AgentError `agent_busy`
 */
export function lockState(state: StateFolder): () => void {
  const lock = lockFile(join(state.root, "lock"));
  switch (lock.outcome) {
    case "locked":
      return lock.unlock;
    case "busy":
      throw new AgentError(
        "agent_busy",
        `another backup of this agent is running (${state.root}); wait until it has ended`,
      );
    case "failed":
      throw new AgentError(
        "state_unusable",
        `cannot lock ${state.root}: ${lock.code}; give another folder with --state`,
      );
  }
}
