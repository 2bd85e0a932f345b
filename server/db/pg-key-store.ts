import type {
  AgentRow,
  AppendOutcome,
  EnrolledAgent,
  EnrolmentRow,
  KeyStore,
  LogAppend,
  LogHead,
  NewEnrolment,
} from "../domain/store/key-store.ts";
import { StoreError } from "../domain/store/store.ts";
import { newId } from "../platform/ids.ts";
import { writeAudit, writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { openIncident } from "./pg-incidents.ts";
import { insertKeyObjects, listKeyObjects, toBytes } from "./pg-key-objects.ts";
import { loadStatement } from "./statement.ts";
import { lookUp, type Tx, withCompany, withCompanyPrisma } from "./transaction.ts";

const COMPANY_LOCK = loadStatement("company-lock");
const LOG_HEAD_MOVE = loadStatement("log-head-move");
const AGENTS_REVOKE = loadStatement("agents-revoke");
const ENROLMENT_INSERT = loadStatement("enrolment-insert");
const ENROLMENT_LOCK = loadStatement("enrolment-lock");
const ENROLMENT_STATE = loadStatement("enrolment-state");
const ENROLMENT_USE = loadStatement("enrolment-use");
const MACHINE_INSERT = loadStatement("machine-insert");
const MACHINE_SEEN = loadStatement("machine-seen");
const AGENT_EXISTS = loadStatement("agent-exists");
const AGENT_INSERT = loadStatement("agent-insert");
const NONCE_FORGET = loadStatement("nonce-forget");
const NONCE_INSERT = loadStatement("nonce-insert");

const MAX_OBJECTS = 10_000;
const MAX_LOG_PAGE = 500;

export function createPgKeyStore(database: PgDatabase): KeyStore {
  return {
    appendLog: (companyId, append) => withCompany(database, companyId, (tx) => appendLog(tx, companyId, append)),
    listLog: (companyId, after, limit) =>
      withCompany(database, companyId, (tx) =>
        listKeyObjects(tx, companyId, { kind: "log", after, limit: Math.min(limit, MAX_LOG_PAGE) }),
      ),
    findLogHead: (companyId) =>
      withCompanyPrisma(database, companyId, async (tx) => {
        const row = await tx.company.findUnique({ where: { companyId }, select: { logNumber: true, logHash: true } });
        return row?.logHash ? { number: row.logNumber, hash: toBytes(row.logHash) } : null;
      }),
    listKeyObjects: (companyId, kind) =>
      withCompany(database, companyId, (tx) => listKeyObjects(tx, companyId, { kind, after: -1, limit: MAX_OBJECTS })),
    findMemberBlob: (companyId, personId) =>
      withCompanyPrisma(database, companyId, async (tx) => {
        const row = await tx.memberBlob.findUnique({ where: { companyId_personId: { companyId, personId } } });
        return row ? toBytes(row.blob) : null;
      }),
    createEnrolment: (companyId, enrolment) =>
      withCompany(database, companyId, (tx) => createEnrolment(tx, companyId, enrolment)),
    findEnrolment: (enrolmentId) => findEnrolment(database, enrolmentId),
    findEnrolmentState: (companyId, enrolmentId) =>
      withCompany(database, companyId, async (tx) => {
        const [row] = await tx.rows<{ is_used: boolean; is_expired: boolean; machine_id: string | null }>(
          ENROLMENT_STATE,
          [companyId, enrolmentId],
        );
        return row ? { isUsed: row.is_used, isExpired: row.is_expired, machineId: row.machine_id } : null;
      }),
    completeEnrolment: (companyId, agent) =>
      withCompany(database, companyId, (tx) => completeEnrolment(tx, companyId, agent)),
    findAgent: (agentId) => findAgent(database, agentId),
    useNonce: (companyId, agentId, { nonce, lifetimeMs, agentVersion }) =>
      withCompany(database, companyId, async (tx) => {
        await tx.run(NONCE_FORGET, [companyId, agentId]);
        if ((await tx.run(NONCE_INSERT, [companyId, agentId, Buffer.from(nonce), lifetimeMs])) === 0) return false;
        await tx.run(MACHINE_SEEN, [companyId, agentId, agentVersion]);
        return true;
      }),
  };
}

interface CompanyHead {
  readonly log_number: number;
  readonly log_hash: Buffer | null;
}

async function appendLog(tx: Tx, companyId: string, append: LogAppend): Promise<AppendOutcome> {
  const head = await lockLogHead(tx, companyId);
  return head === null || !isHead(head, append.expectedHead)
    ? { kind: "log_conflict", head }
    : continueLog(tx, companyId, append);
}

async function lockLogHead(tx: Tx, companyId: string): Promise<LogHead | null> {
  const [company] = await tx.rows<CompanyHead>(COMPANY_LOCK, [companyId]);
  return company?.log_hash ? { number: company.log_number, hash: toBytes(company.log_hash) } : null;
}

/** Under the company's lock, with the head as expected. */
async function continueLog(tx: Tx, companyId: string, append: LogAppend): Promise<AppendOutcome> {
  const last = append.statements.at(-1);
  if (!last) throw new StoreError("invalid", "an append has at least one statement");
  await insertKeyObjects(tx, companyId, append.statements);
  await tx.run(LOG_HEAD_MOVE, [companyId, last.number, Buffer.from(last.hash), null]);
  const revoked = append.revokedCertHashes ?? [];
  if (revoked.length > 0) await tx.run(AGENTS_REVOKE, [companyId, revoked.map((hash) => Buffer.from(hash))]);
  await writeAudit(tx, companyId, {
    auditId: newId(),
    personId: append.byPersonId,
    action: "log_appended",
    details: { number: last.number },
  });
  const objectKeys = append.statements.map((statement) => statement.objectKey);
  await writeOutbox(tx, companyId, "log_appended", { number: last.number, objectKeys });
  return { kind: "appended", head: { number: last.number, hash: last.hash } };
}

function isHead(head: LogHead, expected: LogHead): boolean {
  return head.number === expected.number && Buffer.compare(head.hash, expected.hash) === 0;
}

async function createEnrolment(
  tx: Tx,
  companyId: string,
  enrolment: NewEnrolment,
): Promise<AppendOutcome | { readonly kind: "enrolment_exists" }> {
  const { enrolmentId, payload, enrolmentPublicKey, expiresAt, machineNameHint } = enrolment;
  const values = [companyId, enrolmentId, Buffer.from(payload), Buffer.from(enrolmentPublicKey), expiresAt];
  const head = await lockLogHead(tx, companyId);
  if (head === null || !isHead(head, enrolment.log.expectedHead)) return { kind: "log_conflict", head };
  if ((await tx.run(ENROLMENT_INSERT, [...values, machineNameHint])) === 0) return { kind: "enrolment_exists" };
  await writeOutbox(tx, companyId, "enrolment_created", { enrolmentId });
  return continueLog(tx, companyId, enrolment.log);
}

async function completeEnrolment(
  tx: Tx,
  companyId: string,
  agent: EnrolledAgent,
): ReturnType<KeyStore["completeEnrolment"]> {
  const { enrolmentId, agentId, machineId, machineName, certificate } = agent;
  const [enrolment] = await tx.rows<{ agent_id: string | null; is_used: boolean; is_expired: boolean }>(
    ENROLMENT_LOCK,
    [companyId, enrolmentId],
  );
  if (!enrolment) return "enrolment_unknown";
  if (enrolment.is_used && enrolment.agent_id === agentId) return "completed";
  if (enrolment.is_used) {
    const second = { kind: "second_certificate", subject: enrolmentId, code: "enrolment_used" } as const;
    await openIncident(tx, companyId, second);
    await writeOutbox(tx, companyId, "enrolment_used_again", { enrolmentId });
    return "enrolment_used";
  }
  if (enrolment.is_expired) return "enrolment_expired";
  if ((await tx.rows(AGENT_EXISTS, [agentId])).length > 0) return "agent_exists";
  if ((await tx.run(MACHINE_INSERT, [companyId, machineId, machineName])) === 0) return "agent_exists";
  const keys = [agent.certificate.hash, agent.signPublicKey, agent.boxPublicKey].map((key) => Buffer.from(key));
  await tx.run(AGENT_INSERT, [companyId, agentId, machineId, enrolmentId, ...keys]);
  await insertKeyObjects(tx, companyId, [certificate], agentId);
  await tx.run(ENROLMENT_USE, [companyId, enrolmentId, agentId]);
  await writeOutbox(tx, companyId, "agent_enrolled", {
    agentId,
    machineId,
    enrolmentId,
    objectKey: certificate.objectKey,
  });
  return "completed";
}

async function findEnrolment(database: PgDatabase, enrolmentId: string): Promise<EnrolmentRow | null> {
  const [row] = await lookUp<{
    company_id: string;
    enrolment_id: string;
    payload: Buffer | null;
    enrolment_public_key: Buffer;
    expires_at: Date;
    machine_name_hint: string | null;
    is_used: boolean;
    is_expired: boolean;
  }>(database, "select * from find_enrolment($1)", [enrolmentId]);
  if (!row) return null;
  return {
    enrolmentId: row.enrolment_id,
    companyId: row.company_id,
    payload: row.payload === null ? null : toBytes(row.payload),
    enrolmentPublicKey: toBytes(row.enrolment_public_key),
    expiresAt: row.expires_at,
    machineNameHint: row.machine_name_hint,
    isUsed: row.is_used,
    isExpired: row.is_expired,
  };
}

async function findAgent(database: PgDatabase, agentId: string): Promise<AgentRow | null> {
  const [row] = await lookUp<{
    company_id: string;
    agent_id: string;
    machine_id: string;
    sign_public_key: Buffer;
    box_public_key: Buffer;
    cert_hash: Buffer;
    last_sequence: number;
    last_header: Buffer | null;
    last_header_hash: Buffer | null;
    is_revoked: boolean;
  }>(database, "select * from find_agent($1)", [agentId]);
  if (!row) return null;
  return {
    agentId: row.agent_id,
    companyId: row.company_id,
    machineId: row.machine_id,
    signPublicKey: toBytes(row.sign_public_key),
    boxPublicKey: toBytes(row.box_public_key),
    certHash: toBytes(row.cert_hash),
    lastSequence: row.last_sequence,
    lastHeader: row.last_header === null ? null : toBytes(row.last_header),
    lastHeaderHash: row.last_header_hash === null ? null : toBytes(row.last_header_hash),
    isRevoked: row.is_revoked,
  };
}
