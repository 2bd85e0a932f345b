import { FormatError, IntegrityError } from "../../../engine/codec/format-error.ts";
import { type AgentCertificate, checkAgentCertificate } from "../../../engine/keys/agent-certificate.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import { readCompanyLog } from "../key/company-log.ts";
import { toKeyObject } from "../key/key-object.ts";
import { putKeyObjects, requireSomeZone } from "../key/put-key-objects.ts";
import { enrolmentExpired, enrolmentUnknown, enrolmentUsed } from "./open-enrolment.ts";

export interface CompleteEnrolmentInput {
  readonly enrolmentId: string;
  /** The agent's own keys, certified by the enrolment key. */
  readonly certificate: Uint8Array;
  readonly machineName: string;
}

export interface EnrolledMachine {
  readonly companyId: string;
  readonly agentId: string;
  readonly machineId: string;
}

/**
 * Takes an agent's certificate and uses the enrolment once; the same agent may ask again.
 *
 * @throws DomainError `enrolment_invalid`, `enrolment_used`, `enrolment_expired`, `certificate_invalid`
 */
export async function completeEnrolment(deps: DomainDeps, input: CompleteEnrolmentInput): Promise<EnrolledMachine> {
  const enrolment = await deps.store.findEnrolment(input.enrolmentId);
  if (enrolment === null) throw enrolmentUnknown();
  const { companyId, enrolmentId } = enrolment;
  await requireSomeZone(deps, companyId);
  const checked = await checkCertificate(deps, companyId, input.certificate);
  if (checked.enrolmentId !== enrolmentId) {
    throw new DomainError("certificate_invalid", "this certificate belongs to another enrolment");
  }
  const { agentId, machineId, signPublicKey, boxPublicKey } = checked;
  const certificate = toKeyObject(deps.primitives, { companyId, kind: "agent", number: 0, bytes: input.certificate });
  const { machineName } = input;
  const agent = { enrolmentId, agentId, machineId, machineName, signPublicKey, boxPublicKey, certificate };
  switch (await deps.store.completeEnrolment(companyId, agent)) {
    case "enrolment_unknown":
      throw enrolmentUnknown();
    case "enrolment_used":
      throw enrolmentUsed();
    case "enrolment_expired":
      throw enrolmentExpired();
    case "agent_exists":
      throw new DomainError("certificate_invalid", "this agent or machine exists: enrol with a fresh state folder");
    case "completed":
      await putKeyObjects(deps, companyId, [certificate]);
      return { companyId, agentId, machineId };
  }
}

async function checkCertificate(
  deps: Pick<DomainDeps, "store" | "primitives">,
  companyId: string,
  certificate: Uint8Array,
): Promise<AgentCertificate> {
  const log = await readCompanyLog(deps, companyId);
  try {
    return checkAgentCertificate(deps.primitives, log, certificate);
  } catch (error) {
    if (!(error instanceof IntegrityError || error instanceof FormatError)) throw error;
    throw new DomainError("certificate_invalid", error.message);
  }
}
