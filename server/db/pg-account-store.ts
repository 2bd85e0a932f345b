import type {
  AcceptedInvitation,
  AcceptOutcome,
  AccountStore,
  InvitationRow,
  MemberRole,
  NewCompany,
  OpenInvitation,
  PersonRow,
  RenewOutcome,
  SessionRow,
  StaffRole,
} from "../domain/store/account-store.ts";
import { newId } from "../platform/ids.ts";
import { writeAudit, writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { insertKeyObjects, toBytes } from "./pg-key-objects.ts";
import { isUniqueViolation } from "./prisma-errors.ts";
import { loadStatement } from "./statement.ts";
import { lookUp, PROVIDER_ID, type Tx, withCompany, withCompanyPrisma } from "./transaction.ts";

const COMPANY_LOCK = loadStatement("company-lock");
const INVITATION_LOCK = loadStatement("invitation-lock");
const INVITATION_OPEN = loadStatement("invitation-open");
const INVITATION_RENEW = loadStatement("invitation-renew");
const INVITATION_USE = loadStatement("invitation-use");
const MEMBER_INSERT = loadStatement("member-insert");
const MEMBER_BLOB_INSERT = loadStatement("member-blob-insert");
const LOG_HEAD_MOVE = loadStatement("log-head-move");

/** People, companies and sessions are plain rows, so Prisma writes them; accepting an invitation takes locks. */
export function createPgAccountStore(database: PgDatabase): AccountStore {
  return {
    findProvider: () =>
      withCompanyPrisma(database, PROVIDER_ID, async (tx) => {
        const provider = await tx.provider.findUnique({ where: { providerId: 1 } });
        const staff = await tx.person.findFirst({ where: { companyId: PROVIDER_ID, kind: "staff" } });
        return provider === null ? null : { name: provider.name, hasStaff: staff !== null };
      }),
    createFirstStaff: (first) => createFirstStaff(database, first),
    createStaff: (person) => createStaff(database, person),
    createCompany: (company) => createCompany(database, company),
    findOpenInvitation: (companyId) => withCompany(database, companyId, (tx) => findOpenInvitation(tx, companyId)),
    renewInvitation: (companyId, renewed) => renewInvitation(database, companyId, renewed),
    findInvitation: (invitationId) => findInvitation(database, invitationId),
    acceptInvitation: (companyId, accepted) =>
      withCompany(database, companyId, (tx) => acceptInvitation(tx, companyId, accepted)),
    findPersonByEmail: (email) => findPersonByEmail(database, email),
    createSession: async ({ tokenHash, personId, companyId, lifetimeMs }) => {
      const scope = companyId ?? PROVIDER_ID;
      return withCompanyPrisma(database, scope, async (tx) => {
        const rows = await tx.$queryRaw<{ expires_at: Date }[]>`
          insert into session (company_id, token_hash, person_id, expires_at)
          values (${scope}::uuid, ${Buffer.from(tokenHash)}, ${personId}::uuid, now() + ${lifetimeMs} * interval '1 millisecond')
          returning expires_at`;
        const expiresAt = rows[0]?.expires_at;
        if (!expiresAt) throw new Error("an insert answered no row");
        return { expiresAt };
      });
    },
    findSession: async (tokenHash) => {
      const [row] = await lookUp<SessionLookup>(database, "select * from find_session($1)", [Buffer.from(tokenHash)]);
      if (!row) return null;
      const companyId = row.company_id === PROVIDER_ID ? null : row.company_id;
      const { person_id: personId, kind, role, email, expires_at: expiresAt } = row;
      return { personId, kind, role, companyId, email, expiresAt };
    },
    endSession: async (tokenHash) => {
      await lookUp(database, "select end_session($1)", [Buffer.from(tokenHash)]);
    },
    recordAudit: ({ companyId, auditId, personId, action, details }) =>
      withCompany(database, companyId ?? PROVIDER_ID, async (tx) => {
        await writeAudit(tx, companyId ?? PROVIDER_ID, { auditId, personId, action, details });
        await writeOutbox(tx, companyId ?? PROVIDER_ID, "audit", { auditId, action });
      }),
  };
}

interface SessionLookup {
  readonly company_id: string;
  readonly person_id: string;
  readonly kind: SessionRow["kind"];
  readonly role: SessionRow["role"];
  readonly email: string;
  readonly expires_at: Date;
}

/** Somebody else was first; thrown so that the transaction leaves nothing behind. */
class StaffExistsError extends Error {}

async function createFirstStaff(
  database: PgDatabase,
  { providerName, personId, email, passwordHash }: Parameters<AccountStore["createFirstStaff"]>[0],
): ReturnType<AccountStore["createFirstStaff"]> {
  const companyId = PROVIDER_ID;
  try {
    await withCompanyPrisma(database, companyId, async (tx) => {
      // The provider's one row decides who is first: a second transaction waits for it, and then finds it taken.
      const taken = await tx.$executeRaw`
        insert into provider (name, first_staff_id) values (${providerName}, ${personId}::uuid)
        on conflict (provider_id) do update set name = excluded.name, first_staff_id = excluded.first_staff_id
        where provider.first_staff_id is null`;
      if (taken === 0) throw new StaffExistsError();
      const person = { companyId, personId, kind: "staff", role: "admin", email: email.toLowerCase(), passwordHash };
      await tx.person.create({ data: person });
      const details = { providerName };
      await tx.audit.create({
        data: { companyId, auditId: newId(), personId, action: "first_staff_created", details },
      });
      await tx.outbox.create({ data: { companyId, kind: "first_staff_created", payload: { personId, providerName } } });
    });
    return "created";
  } catch (error) {
    if (error instanceof StaffExistsError) return "staff_exists";
    if (isUniqueViolation(error)) return "email_taken";
    throw error;
  }
}

async function createStaff(
  database: PgDatabase,
  { personId, email, role, passwordHash }: Parameters<AccountStore["createStaff"]>[0],
): Promise<"created" | "email_taken"> {
  const companyId = PROVIDER_ID;
  try {
    await withCompanyPrisma(database, companyId, async (tx) => {
      const person = { companyId, personId, kind: "staff", role, email: email.toLowerCase(), passwordHash };
      await tx.person.create({ data: person });
      await tx.outbox.create({ data: { companyId, kind: "staff_created", payload: { personId, role } } });
    });
    return "created";
  } catch (error) {
    if (isUniqueViolation(error)) return "email_taken";
    throw error;
  }
}

async function createCompany(database: PgDatabase, company: NewCompany): ReturnType<AccountStore["createCompany"]> {
  const { companyId, name, invitation, byPersonId } = company;
  const email = invitation.email.toLowerCase();
  if ((await findPersonByEmail(database, email)) !== null) return { kind: "email_taken" };
  return withCompanyPrisma(database, companyId, async (tx) => {
    const { createdAt } = await tx.company.create({ data: { companyId, name }, select: { createdAt: true } });
    const expiresAt = new Date(createdAt.getTime() + invitation.lifetimeMs);
    await tx.invitation.create({
      data: {
        companyId,
        invitationId: invitation.invitationId,
        email,
        role: invitation.role,
        authHash: new Uint8Array(invitation.authHash),
        createdBy: byPersonId,
        expiresAt,
      },
    });
    await tx.audit.create({
      data: { companyId, auditId: newId(), personId: byPersonId, action: "company_created", details: { name } },
    });
    await tx.outbox.create({ data: { companyId, kind: "company_created", payload: { name } } });
    return { kind: "created", expiresAt };
  });
}

async function findOpenInvitation(tx: Tx, companyId: string): Promise<OpenInvitation | null> {
  const [row] = await tx.rows<{ email: string; expires_at: Date; is_expired: boolean }>(INVITATION_OPEN, [companyId]);
  return row ? { email: row.email, expiresAt: row.expires_at, isExpired: row.is_expired } : null;
}

async function renewInvitation(
  database: PgDatabase,
  companyId: string,
  { email, authHash, lifetimeMs, byPersonId }: Parameters<AccountStore["renewInvitation"]>[1],
): Promise<RenewOutcome> {
  if ((await findPersonByEmail(database, email)) !== null) return { kind: "email_taken" };
  return withCompany(database, companyId, async (tx) => {
    const [company] = await tx.rows<{ log_number: number }>(COMPANY_LOCK, [companyId]);
    if (!company) return { kind: "company_unknown" };
    if (company.log_number !== -1) return { kind: "invitation_used" };
    const [renewed] = await tx.rows<{ invitation_id: string; expires_at: Date }>(INVITATION_RENEW, [
      companyId,
      email.toLowerCase(),
      Buffer.from(authHash),
      lifetimeMs,
    ]);
    if (!renewed) return { kind: "invitation_used" };
    const { invitation_id: invitationId, expires_at: expiresAt } = renewed;
    const details = { invitationId };
    await writeAudit(tx, companyId, { auditId: newId(), personId: byPersonId, action: "invitation_renewed", details });
    await writeOutbox(tx, companyId, "invitation_renewed", details);
    return { kind: "renewed", invitationId, expiresAt };
  });
}

async function findInvitation(database: PgDatabase, invitationId: string): Promise<InvitationRow | null> {
  const [row] = await lookUp<{
    company_id: string;
    invitation_id: string;
    company_name: string;
    provider_name: string;
    email: string;
    role: MemberRole;
    auth_hash: Buffer;
    expires_at: Date;
    is_used: boolean;
    is_expired: boolean;
  }>(database, "select * from find_invitation($1)", [invitationId]);
  if (!row) return null;
  return {
    invitationId: row.invitation_id,
    companyId: row.company_id,
    companyName: row.company_name,
    providerName: row.provider_name,
    email: row.email,
    role: row.role,
    authHash: toBytes(row.auth_hash),
    expiresAt: row.expires_at,
    isUsed: row.is_used,
    isExpired: row.is_expired,
  };
}

async function acceptInvitation(tx: Tx, companyId: string, accepted: AcceptedInvitation): Promise<AcceptOutcome> {
  const { invitationId, personId, passwordHash, objects } = accepted;
  const [company] = await tx.rows<{ log_number: number }>(COMPANY_LOCK, [companyId]);
  const [invitation] = await tx.rows<{ email: string; role: MemberRole; is_used: boolean; is_expired: boolean }>(
    INVITATION_LOCK,
    [companyId, invitationId, Buffer.from(accepted.authHash)],
  );
  if (!company || !invitation) return { kind: "invitation_unknown" };
  if (invitation.is_used) return { kind: "invitation_used" };
  if (invitation.is_expired) return { kind: "invitation_expired" };
  if (company.log_number !== -1) return { kind: "log_conflict" };
  const { email, role } = invitation;
  if ((await tx.run(MEMBER_INSERT, [companyId, personId, role, email, passwordHash])) === 0) {
    return { kind: "email_taken" };
  }
  await tx.run(MEMBER_BLOB_INSERT, [companyId, personId, Buffer.from(accepted.memberBlob)]);
  await insertKeyObjects(tx, companyId, objects);
  const head = objects.filter((object) => object.kind === "log").at(-1);
  if (!head) throw new Error("a company log begins with its genesis statement");
  await tx.run(LOG_HEAD_MOVE, [companyId, head.number, Buffer.from(head.hash), Buffer.from(accepted.rootFingerprint)]);
  await tx.run(INVITATION_USE, [companyId, invitationId]);
  await writeAudit(tx, companyId, { auditId: newId(), personId, action: "invitation_accepted", details: { role } });
  const objectKeys = objects.map((object) => object.objectKey);
  await writeOutbox(tx, companyId, "member_joined", { personId, role, objectKeys });
  return { kind: "accepted", companyId, email, role };
}

async function findPersonByEmail(database: PgDatabase, email: string): Promise<PersonRow | null> {
  const [row] = await lookUp<{
    company_id: string;
    person_id: string;
    kind: "staff" | "member";
    role: string;
    email: string;
    password_hash: string;
  }>(database, "select * from find_person_by_email($1)", [email]);
  if (!row) return null;
  const person = { personId: row.person_id, email: row.email, passwordHash: row.password_hash };
  return row.kind === "staff"
    ? { ...person, kind: "staff", role: parseStaffRole(row.role), companyId: null }
    : { ...person, kind: "member", role: parseMemberRole(row.role), companyId: row.company_id };
}

function parseStaffRole(role: string): StaffRole {
  if (role === "admin" || role === "operator" || role === "auditor") return role;
  throw new Error(`${role} is no role of staff`);
}

function parseMemberRole(role: string): MemberRole {
  if (role === "owner" || role === "restorer" || role === "viewer") return role;
  throw new Error(`${role} is no role of a member`);
}
