import type { DomainDeps } from "../domain-deps.ts";
import type { LogHead } from "../store/key-store.ts";
import { extendLog, logConflict } from "./company-log.ts";
import { putKeyObjects, requireSomeZone } from "./put-key-objects.ts";

export interface AppendLogInput {
  /** Signed statements, following the head. */
  readonly statements: readonly Uint8Array[];
  readonly byPersonId: string;
}

/**
 * Appends an owner's statements to the company log; revocations take effect with it.
 *
 * @throws DomainError `log_conflict`, `log_invalid`
 */
export async function appendLog(deps: DomainDeps, companyId: string, input: AppendLogInput): Promise<LogHead> {
  await requireSomeZone(deps, companyId);
  const { append } = await extendLog(deps, companyId, input);
  const outcome = await deps.store.appendLog(companyId, append);
  if (outcome.kind === "log_conflict") throw logConflict();
  await putKeyObjects(deps, companyId, append.statements);
  return outcome.head;
}
