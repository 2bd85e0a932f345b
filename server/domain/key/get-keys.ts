import type { DomainDeps } from "../domain-deps.ts";
import { listLog } from "./company-log.ts";

export interface MemberKeys {
  /** The member's own; null when there is none. */
  readonly memberBlob: Uint8Array | null;
  readonly log: readonly Uint8Array[];
  readonly wraps: readonly Uint8Array[];
  readonly certificates: readonly Uint8Array[];
  /** See AgentHello. */
  readonly controlTerm: number;
}

/** What a member's client needs to unlock, sealed and signed as it was stored; the client checks it. */
export async function getKeys(
  deps: Pick<DomainDeps, "store">,
  companyId: string,
  personId: string,
): Promise<MemberKeys> {
  const { store } = deps;
  const wraps = await store.listKeyObjects(companyId, "wrap");
  const certificates = await store.listKeyObjects(companyId, "agent");
  const log = await listLog(deps, companyId);
  return {
    memberBlob: await store.findMemberBlob(companyId, personId),
    log: log.map((statement) => statement.bytes),
    wraps: wraps.map((wrap) => wrap.bytes),
    certificates: certificates.map((certificate) => certificate.bytes),
    controlTerm: await store.getControlTerm(),
  };
}
