import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import { listLog } from "../key/company-log.ts";
import type { EnrolmentRow } from "../store/key-store.ts";

export interface OpenedEnrolment {
  readonly companyId: string;
  readonly payload: Uint8Array;
  readonly log: readonly Uint8Array[];
  readonly machineNameHint: string | null;
}

/** What the holder of a link needs to begin. @throws DomainError `enrolment_invalid`, `enrolment_used`, `enrolment_expired` */
export async function openEnrolment(deps: Pick<DomainDeps, "store">, enrolmentId: string): Promise<OpenedEnrolment> {
  const { companyId, payload, machineNameHint } = await getUsableEnrolment(deps, enrolmentId);
  if (payload === null) throw enrolmentUsed();
  const log = await listLog(deps, companyId);
  return { companyId, payload, machineNameHint, log: log.map((statement) => statement.bytes) };
}

/** @throws DomainError `enrolment_invalid`, `enrolment_used`, `enrolment_expired` */
async function getUsableEnrolment({ store }: Pick<DomainDeps, "store">, enrolmentId: string): Promise<EnrolmentRow> {
  const enrolment = await store.findEnrolment(enrolmentId);
  if (enrolment === null) throw enrolmentUnknown();
  if (enrolment.isUsed) throw enrolmentUsed();
  if (enrolment.isExpired) throw enrolmentExpired();
  return enrolment;
}

export function enrolmentUnknown(): DomainError {
  return new DomainError("enrolment_invalid", "there is no such enrolment: copy the whole link");
}

export function enrolmentUsed(): DomainError {
  return new DomainError("enrolment_used", "this enrolment link was used already: ask the owner for a new one");
}

export function enrolmentExpired(): DomainError {
  return new DomainError("enrolment_expired", "this enrolment link has expired: ask the owner for a new one");
}
