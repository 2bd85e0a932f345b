import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { readCalls } from "../platform/posix-libc.ts";
import { AgentError } from "./agent-error.ts";
import type { StateFolder } from "./state-folder.ts";

const LOCK_EXCLUSIVE = 2;
const LOCK_NON_BLOCKING = 4;

/**
 * Keeps a second run of the same agent out: its manifests are one chain. The lock is the kernel's, so it ends with the
 * process however that ends. Returns how to let go.
 *
 * @throws AgentError `agent_busy`
 */
export function lockState(state: StateFolder): () => void {
  const fd = openSync(join(state.root, "lock"), "a", 0o600);
  const calls = readCalls();
  if (calls.flock(fd, LOCK_EXCLUSIVE | LOCK_NON_BLOCKING) === 0) return () => closeSync(fd);
  const code = calls.errno();
  closeSync(fd);
  if (code !== "EAGAIN" && code !== "EWOULDBLOCK") {
    throw new AgentError("state_unusable", `cannot lock ${state.root}: ${code}; give another folder with --state`);
  }
  throw new AgentError(
    "agent_busy",
    `another backup of this agent is running (${state.root}); wait until it has ended`,
  );
}
