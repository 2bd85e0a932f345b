import { enrolmentIdSchema } from "../../../contracts/ids.ts";
import type { MachineView } from "../../../contracts/machines.ts";
import { refreshMember } from "../../../server/api/client/refresh-member.ts";
import type { EnrolmentProgress } from "./protocol/owner-calls.ts";
import type { VaultRoom } from "./vault-room.ts";

/** The portal says that a machine came in by a link, and shows no certificate that the link's key signed. */
class NotGenuineError extends Error {
  readonly code = "certificate_invalid";
  readonly retryable = false;
}

/**
 * How far a machine got. The portal's word that it came is believed only with the agent's certificate, made with this very
 * link; from then on the open vault also knows the agent, so that what it backs up can be read without unlocking again.
 */
export async function readEnrolment(room: VaultRoom, enrolmentIdText: string): Promise<EnrolmentProgress> {
  const enrolmentId = enrolmentIdSchema.parse(enrolmentIdText);
  const { client } = room.requireOpen().member;
  const { state, machineId } = await client.enrolments.get.query({ enrolmentId });
  if (machineId === null) return { state: state === "expired" ? "expired" : "waiting" };
  const known = findMachineOf(room, enrolmentId) ?? (await refresh(room, enrolmentId));
  if (known !== machineId) {
    throw new NotGenuineError(
      "The portal names a machine that did not come in by this link. Do not use it, and ask whoever runs the portal.",
    );
  }
  const machine = await client.machines.get.query({ machineId });
  return { state: stateOf(machine), machineId, machineName: machine.name };
}

function findMachineOf(room: VaultRoom, enrolmentId: string): string | null {
  const agents = [...room.requireOpen().member.trust.agents.values()];
  return agents.find((agent) => agent.enrolmentId === enrolmentId)?.machineId ?? null;
}

async function refresh(room: VaultRoom, enrolmentId: string): Promise<string | null> {
  room.renew(await refreshMember(room.requireOpen().member));
  return findMachineOf(room, enrolmentId);
}

function stateOf(machine: MachineView): "enrolled" | "running" | "failed" | "done" {
  if (machine.lastSnapshot !== null) return "done";
  if (machine.state === "running") return "running";
  return machine.state === "failed" ? "failed" : "enrolled";
}
