import { FormatError, IntegrityError } from "../../../engine/codec/format-error.ts";
import { fromHex, toHex } from "../../../engine/codec/hex.ts";
import { extendCompanyLog, verifyCompanyLog } from "../../../engine/keys/company-log.ts";
import type { CompanyLogState } from "../../../engine/keys/company-log-state.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import type { KeyObject } from "../store/account-store.ts";
import type { LogAppend } from "../store/key-store.ts";
import { toKeyObject } from "./key-object.ts";

const PAGE = 500;
/** The statement does not follow the log as it stands: somebody else was first. */
const OUTRUN_CODES: ReadonlySet<string> = new Set(["log_gap", "log_replayed", "log_reordered", "log_chain_broken"]);

type LogDeps = Pick<DomainDeps, "store" | "primitives">;

/** All statements with a number above `after`. */
export async function listLog(
  { store }: Pick<DomainDeps, "store">,
  companyId: string,
  after = -1,
): Promise<KeyObject[]> {
  const statements: KeyObject[] = [];
  for (;;) {
    const page = await store.listLog(companyId, statements.at(-1)?.number ?? after, PAGE);
    statements.push(...page);
    if (page.length < PAGE) return statements;
  }
}

/** The company's log, verified from its root. @throws DomainError `not_found` before the keys are made */
export async function readCompanyLog(deps: LogDeps, companyId: string): Promise<CompanyLogState> {
  const company = await deps.store.findCompany(companyId);
  if (!company?.rootFingerprint)
    throw new DomainError("not_found", "this company has no keys yet; its owner makes them");
  const objects = (await listLog(deps, companyId)).map((statement) => statement.bytes);
  return verifyCompanyLog(deps.primitives, {
    companyId,
    objects,
    rootFingerprint: toHex(company.rootFingerprint),
  });
}

export interface LogExtension {
  readonly before: CompanyLogState;
  readonly after: CompanyLogState;
  readonly append: LogAppend;
}

/**
 * Checks that statements continue the log under the root key, and says what to append.
 *
 * @throws DomainError `log_conflict` when the log has moved on, `log_invalid` when they can never be part of it
 */
export async function extendLog(
  deps: LogDeps,
  companyId: string,
  input: { readonly statements: readonly Uint8Array[]; readonly byPersonId: string | null },
): Promise<LogExtension> {
  const before = await readCompanyLog(deps, companyId);
  const after = extend(deps, before, input.statements);
  const statements = input.statements.map((bytes, index) =>
    toKeyObject(deps.primitives, { companyId, kind: "log", number: before.head.number + 1 + index, bytes }),
  );
  const revoked = [...after.revocations.keys()].filter((certHash) => !before.revocations.has(certHash));
  const expectedHead = { number: before.head.number, hash: fromHex(before.head.hash) };
  const { byPersonId } = input;
  return { before, after, append: { expectedHead, statements, byPersonId, revokedCertHashes: revoked.map(fromHex) } };
}

function extend({ primitives }: LogDeps, log: CompanyLogState, statements: readonly Uint8Array[]): CompanyLogState {
  try {
    return extendCompanyLog(primitives, log, statements);
  } catch (error) {
    if (error instanceof IntegrityError && OUTRUN_CODES.has(error.code)) throw logConflict();
    if (error instanceof IntegrityError || error instanceof FormatError)
      throw new DomainError("log_invalid", error.message);
    throw error;
  }
}

export function logConflict(): DomainError {
  return new DomainError("log_conflict", "the company log has moved on: read it again and sign what follows its head");
}
