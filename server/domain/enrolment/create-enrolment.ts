import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import { extendLog, logConflict } from "../key/company-log.ts";
import { putKeyObjects, requireSomeZone } from "../key/put-key-objects.ts";

export interface CreateEnrolmentInput {
  readonly enrolmentId: string;
  /** Sealed under the link's secret, which never reaches the server. */
  readonly payload: Uint8Array;
  /** The owner's signed statement, following the log's head. */
  readonly statement: Uint8Array;
  readonly expiresAt: Date;
  readonly machineNameHint: string | null;
  readonly byPersonId: string;
}

/** Keeps one enrolment and its statement. @throws DomainError `log_conflict`, `log_invalid`, `enrolment_invalid` */
export async function createEnrolment(
  deps: DomainDeps,
  companyId: string,
  input: CreateEnrolmentInput,
): Promise<{ readonly enrolmentId: string }> {
  await requireSomeZone(deps, companyId);
  const { enrolmentId, payload, expiresAt, machineNameHint, byPersonId } = input;
  const { before, after, append } = await extendLog(deps, companyId, { statements: [input.statement], byPersonId });
  const signed = after.enrolments.get(enrolmentId);
  if (!signed || before.enrolments.has(enrolmentId) || signed.expiresAt.getTime() !== expiresAt.getTime()) {
    throw new DomainError("enrolment_invalid", "the signed statement is not about this enrolment and its expiry");
  }
  const { enrolmentPublicKey } = signed;
  const enrolment = { enrolmentId, payload, enrolmentPublicKey, expiresAt, machineNameHint, log: append };
  const outcome = await deps.store.createEnrolment(companyId, enrolment);
  if (outcome.kind === "log_conflict") throw logConflict();
  if (outcome.kind === "enrolment_exists") {
    throw new DomainError("enrolment_invalid", "this enrolment's id is taken: make a new one");
  }
  await putKeyObjects(deps, companyId, append.statements);
  return { enrolmentId };
}
