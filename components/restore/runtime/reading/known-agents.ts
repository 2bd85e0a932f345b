import { refreshMember } from "../../../../server/api/client/refresh-member.ts";
import type { VaultRoom } from "../vault-room.ts";

/**
 * Fetches the company log and the agents' certificates again: a machine that was let in since the vault was opened is a stranger until
 * then, and its snapshots not genuine.
 *
 * @returns whether there was anything new; if not, all that was read stays at hand
 */
export async function learnAgents(room: VaultRoom): Promise<boolean> {
  const { member } = room.requireOpen();
  const fresh = await refreshMember(member);
  const isNew =
    fresh.owner.log.head.number !== member.owner.log.head.number ||
    fresh.trust.agents.size !== member.trust.agents.size;
  // It may have been locked, or renewed by somebody else, in the meantime.
  if (isNew && room.isOpen && room.requireOpen().member === member) room.renew(fresh);
  return isNew;
}

/** The same, if no agent of this machine is known. @throws VaultLockedError */
export async function learnMachine(room: VaultRoom, machineId: string): Promise<void> {
  const { agents } = room.requireOpen().member.trust;
  for (const agent of agents.values()) if (agent.machineId === machineId) return;
  await learnAgents(room);
}
