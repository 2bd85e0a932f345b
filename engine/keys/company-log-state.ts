import { IntegrityError } from "../codec/format-error.ts";
import { toHex } from "../codec/hex.ts";
import type {
  EnrolmentStatement,
  EpochStatement,
  GenesisStatement,
  LogStatement,
  MemberStatement,
  RevokeAgentStatement,
} from "./log-statement.ts";

/** The newest statement of a log: what clients pin, and never go back behind. */
export interface LogHead {
  readonly number: number;
  /** Hex of the statement's SHA-256. */
  readonly hash: string;
}

/** What a verified company log says. Made by `verifyCompanyLog` alone. */
export interface CompanyLogState {
  readonly companyId: string;
  readonly rootPublicKey: Uint8Array;
  /** Hex of SHA-256 of the root's public key. */
  readonly rootFingerprint: string;
  readonly recoveryBoxPublicKey: Uint8Array;
  readonly head: LogHead;
  /** Hex hash of every statement, by number. */
  readonly hashes: readonly string[];
  /** In the order of the log; one for each epoch and scope. */
  readonly epochs: readonly EpochStatement[];
  readonly members: ReadonlyMap<string, MemberStatement>;
  readonly enrolments: ReadonlyMap<string, EnrolmentStatement>;
  /** By hex hash of the certificate: the last manifest sequence that is accepted. */
  readonly revocations: ReadonlyMap<string, number>;
}

/** A log while its statements are added: the same as CompanyLogState, changed in place so that long logs stay cheap. */
export interface GrowingLog extends CompanyLogState {
  head: LogHead;
  readonly hashes: string[];
  readonly epochs: EpochStatement[];
  readonly members: Map<string, MemberStatement>;
  readonly enrolments: Map<string, EnrolmentStatement>;
  readonly revocations: Map<string, number>;
}

export interface StartLogInput {
  readonly companyId: string;
  readonly rootFingerprint: string;
  readonly genesis: GenesisStatement;
  readonly head: LogHead;
}

export function startLog({ companyId, rootFingerprint, genesis, head }: StartLogInput): CompanyLogState {
  return {
    companyId,
    rootPublicKey: genesis.rootPublicKey,
    rootFingerprint,
    recoveryBoxPublicKey: genesis.recoveryBoxPublicKey,
    head,
    hashes: [head.hash],
    epochs: [],
    members: new Map(),
    enrolments: new Map(),
    revocations: new Map(),
  };
}

/** A copy that `applyStatement` may change. */
export function growLog(log: CompanyLogState): GrowingLog {
  return {
    ...log,
    hashes: [...log.hashes],
    epochs: [...log.epochs],
    members: new Map(log.members),
    enrolments: new Map(log.enrolments),
    revocations: new Map(log.revocations),
  };
}

/** @throws IntegrityError `log_contradicts_itself` when a genuine statement cannot follow the ones before it */
export function applyStatement(log: GrowingLog, statement: LogStatement, head: LogHead): void {
  switch (statement.kind) {
    case "genesis":
      throw contradiction(head, "a second genesis");
    case "epoch":
      log.epochs.push(requireNextEpoch(log, statement, head));
      break;
    case "member":
      log.members.set(statement.memberId, statement);
      break;
    case "enrolment":
      if (log.enrolments.has(statement.enrolmentId)) throw contradiction(head, "an enrolment of the same id");
      log.enrolments.set(statement.enrolmentId, statement);
      break;
    case "revoke-agent":
      addRevocation(log, statement);
  }
  log.head = head;
  log.hashes.push(head.hash);
}

/** The newest epoch of a scope, which new data is sealed to. @throws IntegrityError `epoch_missing` */
export function getCurrentEpoch(log: CompanyLogState, scope: number): EpochStatement {
  const found = log.epochs.findLast((epoch) => epoch.scope === scope);
  if (found === undefined) throw new IntegrityError("epoch_missing", `the company log has no keys for scope ${scope}`);
  return found;
}

function requireNextEpoch(log: CompanyLogState, statement: EpochStatement, head: LogHead): EpochStatement {
  const last = log.epochs.at(-1);
  const lastEpoch = last?.epoch ?? 0;
  if (statement.epoch < lastEpoch || statement.epoch > lastEpoch + 1) {
    throw contradiction(head, `epoch ${statement.epoch} after ${lastEpoch}`);
  }
  const peers = log.epochs.filter((epoch) => epoch.epoch === statement.epoch);
  if (peers.some((epoch) => epoch.scope === statement.scope)) throw contradiction(head, "the same epoch and scope");
  const companyKey = toHex(statement.companyPublicKey);
  if (peers.some((epoch) => toHex(epoch.companyPublicKey) !== companyKey)) {
    throw contradiction(head, "two company keys in one epoch");
  }
  return statement;
}

/** A later statement can only take more away: an agent that was distrusted from 5 on stays so. */
function addRevocation(log: GrowingLog, statement: RevokeAgentStatement): void {
  const before = log.revocations.get(statement.agentCertHash) ?? Number.MAX_SAFE_INTEGER;
  log.revocations.set(statement.agentCertHash, Math.min(before, statement.lastSequence));
}

function contradiction(head: LogHead, what: string): IntegrityError {
  return new IntegrityError(
    "log_contradicts_itself",
    `statement ${head.number} of the company log is signed, but does not fit what came before: ${what}; ask the owners who signed it`,
  );
}
