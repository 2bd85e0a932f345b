import { fromBase64 } from "../../../engine/codec/hex.ts";
import { checkAgentCertificates } from "../../../engine/keys/agent-certificate.ts";
import { verifyCompanyLog } from "../../../engine/keys/company-log.ts";
import { type OpenMember, pinOf, requireTerm } from "./open-member.ts";

/**
 * The same open keys with the company log and the agents' certificates as they are now: after somebody else wrote to the
 * log, or a machine was let in. Whatever does not go on from what was seen ends it.
 *
 * @throws MemberError `control_term_rolled_back`; IntegrityError as `verifyCompanyLog`; the portal's errors
 */
export async function refreshMember(member: OpenMember): Promise<OpenMember> {
  const { primitives } = member.tools;
  const { companyId, log: seen } = member.owner;
  const keys = await member.client.keys.get.query();
  requireTerm(keys, await member.pins.findCompany(companyId));
  const log = verifyCompanyLog(primitives, {
    companyId,
    objects: keys.log.map(fromBase64),
    rootFingerprint: seen.rootFingerprint,
    pin: seen.head,
  });
  const { agents, incidents } = checkAgentCertificates(primitives, log, keys.certificates.map(fromBase64));
  const owner = { ...member.owner, log };
  await member.pins.rememberCompany(companyId, pinOf(owner, keys.controlTerm));
  return { ...member, owner, trust: { log, agents }, incidents };
}
