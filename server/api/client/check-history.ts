import type { MachineId } from "../../../contracts/ids.ts";
import { PAGE_MAX_COUNT } from "../../../contracts/limits.ts";
import type { SnapshotView } from "../../../contracts/snapshots.ts";
import { type ChainFinding, findChainBreaks, type SequencePin } from "../../../engine/keys/header-chain.ts";
import type { CheckedHeader } from "../../../engine/keys/manifest-checks.ts";
import { checkSnapshotView } from "./check-snapshot-view.ts";
import { listPages } from "./list-pages.ts";
import type { OpenMember } from "./open-member.ts";

/** What does not fit in the history of a machine; `sequence` is null for a snapshot that is not genuine at all. */
export interface HistoryFinding {
  readonly code: ChainFinding["code"] | "snapshot_not_genuine";
  readonly message: string;
}

/**
 * Walks everything that a machine's agents ever committed, checks each header and the chain of each agent, against what
 * this device saw before as well, and remembers the newest. So a snapshot that is withheld, repeated or exchanged shows.
 *
 * @returns what does not fit; empty when all is well
 */
export async function checkMachineHistory(member: OpenMember, machineId: MachineId): Promise<HistoryFinding[]> {
  const { headers, findings } = await fetchHeaders(member, machineId);
  const ofMachine = [...member.trust.agents.values()].filter((agent) => agent.machineId === machineId);
  const newest: SequencePin[] = [];
  for (const { agentId } of ofMachine) {
    const chain = headers.filter(({ agent }) => agent.agentId === agentId);
    const breaks = findChainBreaks(chain, (await member.pins.findAgent(agentId)) ?? undefined);
    findings.push(...breaks.map(({ code, message }) => ({ code, message })));
    const last = chain.at(-1);
    if (breaks.length === 0 && last) newest.push(pinOf(last));
  }
  await member.pins.rememberAgents(newest);
  return findings;
}

async function fetchHeaders(
  member: OpenMember,
  machineId: MachineId,
): Promise<{ headers: CheckedHeader[]; findings: HistoryFinding[] }> {
  const findings: HistoryFinding[] = [];
  const listed: { commit: number; checked: CheckedHeader }[] = [];
  const views = listPages<SnapshotView>((cursor) =>
    member.client.snapshots.list.query({ machineId, limit: PAGE_MAX_COUNT, ...(cursor !== undefined && { cursor }) }),
  );
  for await (const view of views) {
    try {
      listed.push({ commit: view.commit, checked: checkSnapshotView(member.tools.primitives, member.trust, view) });
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      findings.push({ code: "snapshot_not_genuine", message: error.message });
    }
  }
  const headers = listed.sort((a, b) => a.commit - b.commit).map(({ checked }) => checked);
  return { headers, findings };
}

function pinOf({ agent, header, headerHash }: CheckedHeader): SequencePin {
  return { agentId: agent.agentId, sequence: header.sequence, headerHash };
}
