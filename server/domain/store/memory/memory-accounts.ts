import type {
  AcceptedInvitation,
  AcceptOutcome,
  AccountStore,
  InvitationRow,
  OpenInvitation,
  PersonRow,
  RenewOutcome,
} from "../account-store.ts";
import { addKeyObjects, emptyCompany, hexOf, isSame, type MemoryState } from "./memory-state.ts";

export function createMemoryAccounts(state: MemoryState): AccountStore {
  return {
    async findProvider() {
      if (state.providerName === null) return null;
      const hasStaff = [...state.people.values()].some((person) => person.kind === "staff");
      return { name: state.providerName, hasStaff };
    },
    async createFirstStaff({ providerName, personId, passwordHash, email }) {
      const key = email.toLowerCase();
      if (state.firstStaffId !== null) return "staff_exists";
      if (state.people.has(key)) return "email_taken";
      state.providerName = providerName;
      state.firstStaffId = personId;
      addPerson(state, { personId, email: key, role: "admin", passwordHash, kind: "staff", companyId: null });
      state.outbox.push({ companyId: null, kind: "first_staff_created" });
      return "created";
    },
    async createStaff({ personId, role, passwordHash, email }) {
      const key = email.toLowerCase();
      if (state.people.has(key)) return "email_taken";
      addPerson(state, { personId, email: key, role, passwordHash, kind: "staff", companyId: null });
      state.outbox.push({ companyId: null, kind: "staff_created" });
      return "created";
    },
    async createCompany({ companyId, name, invitation }) {
      const email = invitation.email.toLowerCase();
      if (state.people.has(email)) return { kind: "email_taken" };
      const company = emptyCompany(companyId, name, state.now());
      const { invitationId, role, authHash, lifetimeMs } = invitation;
      const expiresAt = new Date(state.now().getTime() + lifetimeMs);
      company.invitations.set(invitationId, { invitationId, email, role, authHash, expiresAt, isUsed: false });
      state.companies.set(companyId, company);
      state.outbox.push({ companyId, kind: "company_created" });
      return { kind: "created", expiresAt };
    },
    findOpenInvitation: async (companyId) => findOpenInvitation(state, companyId),
    renewInvitation: async (companyId, renewed) => renewInvitation(state, companyId, renewed),
    findInvitation: async (invitationId) => findInvitation(state, invitationId),
    acceptInvitation: async (companyId, accepted) => acceptInvitation(state, companyId, accepted),
    findPersonByEmail: async (email) => state.people.get(email.toLowerCase()) ?? null,
    async createSession({ tokenHash, personId, companyId, lifetimeMs }) {
      const person = [...state.people.values()].find((each) => each.personId === personId);
      if (!person) throw new Error("there is no such person");
      const expiresAt = new Date(state.now().getTime() + lifetimeMs);
      const { kind, role, email } = person;
      state.sessions.set(hexOf(tokenHash), { personId, companyId, kind, role, email, expiresAt });
      return { expiresAt };
    },
    async findSession(tokenHash) {
      const session = state.sessions.get(hexOf(tokenHash));
      return session && session.expiresAt.getTime() > state.now().getTime() ? session : null;
    },
    async endSession(tokenHash) {
      state.sessions.delete(hexOf(tokenHash));
    },
    async recordAudit({ companyId }) {
      state.outbox.push({ companyId, kind: "audit" });
    },
  };
}

function addPerson(state: MemoryState, person: PersonRow): void {
  state.people.set(person.email, { ...person, createdAt: state.now() });
}

function findInvitation(state: MemoryState, invitationId: string): InvitationRow | null {
  for (const company of state.companies.values()) {
    const invitation = company.invitations.get(invitationId);
    if (!invitation) continue;
    return {
      ...invitation,
      companyId: company.companyId,
      companyName: company.name,
      providerName: state.providerName ?? "",
      isExpired: invitation.expiresAt.getTime() <= state.now().getTime(),
    };
  }
  return null;
}

function findOpenInvitation(state: MemoryState, companyId: string): OpenInvitation | null {
  const open = [...(state.companies.get(companyId)?.invitations.values() ?? [])].find(({ isUsed }) => !isUsed);
  if (!open) return null;
  const { email, expiresAt } = open;
  return { email, expiresAt, isExpired: expiresAt.getTime() <= state.now().getTime() };
}

function renewInvitation(
  state: MemoryState,
  companyId: string,
  renewed: Parameters<AccountStore["renewInvitation"]>[1],
): RenewOutcome {
  const company = state.companies.get(companyId);
  const email = renewed.email.toLowerCase();
  if (!company) return { kind: "company_unknown" };
  if (state.people.has(email)) return { kind: "email_taken" };
  const open = [...company.invitations.values()].find(({ isUsed }) => !isUsed);
  if (!open || company.logHead !== null) return { kind: "invitation_used" };
  const expiresAt = new Date(state.now().getTime() + renewed.lifetimeMs);
  const { invitationId } = open;
  company.invitations.set(invitationId, { ...open, email, authHash: renewed.authHash, expiresAt });
  state.outbox.push({ companyId, kind: "invitation_renewed" });
  return { kind: "renewed", invitationId, expiresAt };
}

function acceptInvitation(state: MemoryState, companyId: string, accepted: AcceptedInvitation): AcceptOutcome {
  const company = state.companies.get(companyId);
  const invitation = company?.invitations.get(accepted.invitationId);
  if (!company || !invitation || !isSame(invitation.authHash, accepted.authHash)) return { kind: "invitation_unknown" };
  if (invitation.isUsed) return { kind: "invitation_used" };
  if (invitation.expiresAt.getTime() <= state.now().getTime()) return { kind: "invitation_expired" };
  if (company.logHead !== null) return { kind: "log_conflict" };
  const { email, role } = invitation;
  if (state.people.has(email)) return { kind: "email_taken" };
  const { personId, passwordHash, memberBlob, rootFingerprint, objects } = accepted;
  const head = objects.filter((object) => object.kind === "log").at(-1);
  if (!head) throw new Error("a company log begins with its genesis statement");
  addPerson(state, { personId, email, passwordHash, kind: "member", role, companyId });
  company.memberBlobs.set(personId, memberBlob);
  addKeyObjects(state, company, objects);
  company.logHead = { number: head.number, hash: head.hash };
  company.rootFingerprint = rootFingerprint;
  invitation.isUsed = true;
  state.outbox.push({ companyId, kind: "member_joined" });
  return { kind: "accepted", companyId, email, role };
}
