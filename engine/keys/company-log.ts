import { FormatError, IntegrityError } from "../codec/format-error.ts";
import { toHex } from "../codec/hex.ts";
import type { KeyPair, Primitives } from "../ports/primitives.ts";
import { applyStatement, type CompanyLogState, growLog, type LogHead, startLog } from "./company-log-state.ts";
import { KEY_SIZE_BYTES } from "./key-tools.ts";
import { encodeLogStatement, type LogStatement, parseLogStatement } from "./log-statement.ts";
import { isSignedJsonBy, parseSignedJson, type SignedJson, signJson } from "./signed-json.ts";

/** Bounds what a hostile server can make a client verify: about 20 s of signatures in a browser. */
export const MAX_LOG_STATEMENTS = 100_000;

const NO_HASH = "0".repeat(2 * KEY_SIZE_BYTES);

export interface AppendInput {
  readonly rootKey: KeyPair;
  readonly companyId: string;
  /** The last statement before this one; null for the genesis. */
  readonly head: LogHead | null;
  readonly at: Date;
  readonly statement: LogStatement;
}

export interface LogObject {
  readonly object: Uint8Array;
  /** What the log's head becomes with it. */
  readonly head: LogHead;
}

/** Writes the next statement of a company's log. Checked by `verifyCompanyLog`. */
export function appendStatement(primitives: Primitives, input: AppendInput): LogObject {
  const number = input.head === null ? 0 : input.head.number + 1;
  const value = {
    company: input.companyId,
    number,
    prev: input.head?.hash ?? NO_HASH,
    at: input.at.toISOString(),
    statement: encodeLogStatement(input.statement),
  };
  const object = signJson(primitives, { secretKey: input.rootKey.secretKey, type: "log", value });
  return { object, head: { number, hash: toHex(primitives.sha256(object)) } };
}

export interface VerifyLogInput {
  readonly companyId: string;
  /** All statements from number 0 on, in order, as bytes. */
  readonly objects: readonly Uint8Array[];
  /** Hex of SHA-256 of the root's public key, from the passphrase, an enrolment or a pin: never from the server. */
  readonly rootFingerprint: string;
  /** The highest statement seen before; the log must still hold it, unchanged. */
  readonly pin?: LogHead;
}

/**
 * Checks a whole company log against the root's fingerprint and what was seen before, and tells what it says.
 * Any deviation ends it: half of a log is never believed.
 *
 * @throws IntegrityError `log_wrong_root`, `log_other_company`, `log_forged`, `log_gap`, `log_replayed`,
 *   `log_reordered`, `log_chain_broken`, `log_truncated`, `log_changed`, `log_contradicts_itself`
 * @throws FormatError when a statement is malformed, or of a kind that is unknown here (`log_unknown_statement`)
 */
export function verifyCompanyLog(primitives: Primitives, input: VerifyLogInput): CompanyLogState {
  const [first, ...rest] = input.objects;
  if (first === undefined) {
    throw new IntegrityError("log_truncated", `the company log is empty; ${ASK_PROVIDER}`);
  }
  const genesis = openGenesis(primitives, input, first);
  return checkPin(addStatements(primitives, genesis, rest), input.pin);
}

/**
 * Checks statements that follow a verified log, as `verifyCompanyLog` does.
 *
 * @throws IntegrityError, FormatError as `verifyCompanyLog`
 */
export function extendCompanyLog(
  primitives: Primitives,
  log: CompanyLogState,
  objects: readonly Uint8Array[],
): CompanyLogState {
  return addStatements(primitives, log, objects);
}

/**
 * The fingerprint of the root that a log itself claims. It proves nothing: only for what is left when no trusted
 * fingerprint is.
 *
 * @throws IntegrityError `log_truncated`, `log_forged`
 */
export function claimedRootFingerprint(primitives: Primitives, objects: readonly Uint8Array[]): string {
  const [first] = objects;
  if (first === undefined) throw new IntegrityError("log_truncated", `the company log is empty; ${ASK_PROVIDER}`);
  const statement = parseLogStatement(parseSignedJson(first, "log").fields.object("statement"));
  if (statement.kind === "genesis") return toHex(primitives.sha256(statement.rootPublicKey));
  throw new IntegrityError("log_forged", `the company log does not begin with its genesis; ${ASK_PROVIDER}`);
}

const ASK_PROVIDER =
  "stop, keep your local state as it is, and ask the provider why its copy of the log differs (try again once, in case it was a fault)";

interface OpenedStatement {
  readonly number: number;
  readonly prev: string;
  readonly at: Date;
  readonly hash: string;
  readonly statement: LogStatement;
}

function openGenesis(primitives: Primitives, input: VerifyLogInput, object: Uint8Array): CompanyLogState {
  const signed = parseSignedJson(object, "log");
  const opened = readStatement(primitives, { companyId: input.companyId, object, signed });
  if (opened.number !== 0) {
    throw new IntegrityError("log_gap", `the company log begins with statement ${opened.number}; ${ASK_PROVIDER}`);
  }
  if (opened.statement.kind !== "genesis" || opened.prev !== NO_HASH) {
    throw new IntegrityError("log_forged", `the company log does not begin with its genesis; ${ASK_PROVIDER}`);
  }
  const { rootPublicKey } = opened.statement;
  if (toHex(primitives.sha256(rootPublicKey)) !== input.rootFingerprint) {
    throw new IntegrityError(
      "log_wrong_root",
      `the company log was signed by another root key than the one known here; ${ASK_PROVIDER}`,
    );
  }
  requireSignature(primitives, rootPublicKey, signed, 0);
  return startLog({
    companyId: input.companyId,
    rootFingerprint: input.rootFingerprint,
    genesis: opened.statement,
    head: { number: 0, hash: opened.hash },
  });
}

function addStatements(
  primitives: Primitives,
  start: CompanyLogState,
  objects: readonly Uint8Array[],
): CompanyLogState {
  if (start.hashes.length + objects.length > MAX_LOG_STATEMENTS) {
    throw new FormatError("too_many", `a company log holds at most ${MAX_LOG_STATEMENTS} statements`);
  }
  const log = growLog(start);
  for (const object of objects) {
    const signed = parseSignedJson(object, "log");
    const opened = readStatement(primitives, { companyId: log.companyId, object, signed });
    requireSignature(primitives, log.rootPublicKey, signed, opened.number);
    requireNext(log, opened);
    applyStatement(log, opened.statement, { number: opened.number, hash: opened.hash });
  }
  return log;
}

function readStatement(
  primitives: Primitives,
  { companyId, object, signed }: { companyId: string; object: Uint8Array; signed: SignedJson },
): OpenedStatement {
  const company = signed.fields.uuid("company");
  if (company !== companyId) {
    throw new IntegrityError(
      "log_other_company",
      `the log is that of company ${company}, expected ${companyId}; ${ASK_PROVIDER}`,
    );
  }
  const number = signed.fields.integer("number");
  const prev = signed.fields.hex("prev", KEY_SIZE_BYTES);
  const at = signed.fields.moment("at");
  const statement = parseLogStatement(signed.fields.object("statement"));
  signed.fields.expectEnd();
  return { number, prev, at, hash: toHex(primitives.sha256(object)), statement };
}

function requireSignature(primitives: Primitives, rootPublicKey: Uint8Array, signed: SignedJson, number: number): void {
  if (isSignedJsonBy(primitives, rootPublicKey, signed)) return;
  throw new IntegrityError(
    "log_forged",
    `statement ${number} was not signed by the company's root key; ${ASK_PROVIDER}`,
  );
}

/** The signature holds, so whoever broke the order only had genuine statements to play with. */
function requireNext(log: CompanyLogState, opened: OpenedStatement): void {
  const expected = log.head.number + 1;
  if (opened.number > expected) {
    throw new IntegrityError(
      "log_gap",
      `statement ${opened.number} follows ${log.head.number}: what lies between is missing; ${ASK_PROVIDER}`,
    );
  }
  if (opened.number < expected) {
    const isRepeated = log.hashes[opened.number] === opened.hash;
    throw new IntegrityError(
      isRepeated ? "log_replayed" : "log_reordered",
      `statement ${opened.number} ${isRepeated ? "came twice" : "came after a later one"}; ${ASK_PROVIDER}`,
    );
  }
  if (opened.prev !== log.head.hash) {
    throw new IntegrityError(
      "log_chain_broken",
      `statement ${opened.number} does not follow the statement ${log.head.number} that was given; ${ASK_PROVIDER}`,
    );
  }
}

function checkPin(log: CompanyLogState, pin: LogHead | undefined): CompanyLogState {
  if (pin === undefined) return log;
  if (log.head.number < pin.number) {
    throw new IntegrityError(
      "log_truncated",
      `the company log ends at ${log.head.number}, but ${pin.number} was seen before; ${ASK_PROVIDER}`,
    );
  }
  if (log.hashes[pin.number] !== pin.hash) {
    throw new IntegrityError(
      "log_changed",
      `statement ${pin.number} of the company log is not the one seen before; ${ASK_PROVIDER}`,
    );
  }
  return log;
}
