import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import type { AgentRow, LogHead } from "../store/key-store.ts";

export interface AgentHello {
  /** An agent refuses a lower one than it has seen; behind a higher one it may find that its newest snapshots were lost. */
  readonly controlTerm: number;
  readonly logHead: LogHead;
  /** Of its last published manifest; 0 before the first. */
  readonly lastSequence: number;
  readonly lastHeader: Uint8Array | null;
}

/** Where an agent stands: all that it may read of what it wrote. */
export async function getAgentHello({ store }: Pick<DomainDeps, "store">, agent: AgentRow): Promise<AgentHello> {
  const logHead = await store.findLogHead(agent.companyId);
  if (logHead === null) throw new DomainError("not_found", "this company has no keys yet");
  const { lastSequence, lastHeader } = agent;
  return { controlTerm: await store.getControlTerm(), logHead, lastSequence, lastHeader };
}
