import { childOf } from "./product.ts";

/** Launcher, supervisor and its children, the one that would start the others again first. PostgreSQL is none of them. */
export function listProcesses(launcher: number): number[] {
  const supervisor = childOf(launcher, "start") ?? launcher;
  const children = ["gateway", "worker", "portal"].map((name) => childOf(supervisor, `server/${name}/main`));
  return [...new Set([supervisor, launcher, ...children.filter((pid) => pid !== null)])];
}

/** The worker of a service, by its launcher. */
export function workerOf(launcher: number): number {
  const pid = childOf(childOf(launcher, "start") ?? launcher, "server/worker/main");
  if (pid === null) throw new Error("there is no worker");
  return pid;
}

export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // gone already, with the one before
    }
  }
}
