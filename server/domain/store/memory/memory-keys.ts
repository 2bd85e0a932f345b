import type { AgentRow, AppendOutcome, EnrolledAgent, EnrolmentRow, KeyStore, LogAppend } from "../key-store.ts";
import { openIncident } from "./memory-incident-entries.ts";
import { addKeyObjects, type CompanyState, getCompany, hexOf, isSame, type MemoryState } from "./memory-state.ts";

export function createMemoryKeys(state: MemoryState): KeyStore {
  const objectsOf = (companyId: string) => state.companies.get(companyId)?.keyObjects ?? [];
  return {
    appendLog: async (companyId, append) => appendLog(state, companyId, append),
    listLog: async (companyId, after, limit) =>
      objectsOf(companyId)
        .filter((object) => object.kind === "log" && object.number > after)
        .slice(0, limit),
    findLogHead: async (companyId) => state.companies.get(companyId)?.logHead ?? null,
    listKeyObjects: async (companyId, kind) =>
      objectsOf(companyId)
        .filter((object) => object.kind === kind)
        .toSorted((a, b) => a.number - b.number),
    findMemberBlob: async (companyId, personId) => state.companies.get(companyId)?.memberBlobs.get(personId) ?? null,
    async createEnrolment(companyId, { enrolmentId, payload, enrolmentPublicKey, expiresAt, machineNameHint, log }) {
      if (findEnrolment(state, enrolmentId)) return { kind: "enrolment_exists" };
      const appended = appendLog(state, companyId, log);
      if (appended.kind !== "appended") return appended;
      const enrolment = { enrolmentId, payload, enrolmentPublicKey, expiresAt, machineNameHint, agentId: null };
      getCompany(state, companyId).enrolments.set(enrolmentId, enrolment);
      state.outbox.push({ companyId, kind: "enrolment_created" });
      return appended;
    },
    findEnrolment: async (enrolmentId) => findEnrolment(state, enrolmentId),
    async findEnrolmentState(companyId, enrolmentId) {
      const company = state.companies.get(companyId);
      const enrolment = company?.enrolments.get(enrolmentId);
      if (!company || !enrolment) return null;
      const agent = enrolment.agentId === null ? undefined : company.agents.get(enrolment.agentId);
      const isExpired = enrolment.expiresAt.getTime() <= state.now().getTime();
      return { isUsed: enrolment.agentId !== null, isExpired, machineId: agent?.machineId ?? null };
    },
    completeEnrolment: async (companyId, agent) => completeEnrolment(state, companyId, agent),
    findAgent: async (agentId) => findAgent(state, agentId),
    async useNonce(companyId, agentId, { nonce, lifetimeMs, agentVersion }) {
      const company = getCompany(state, companyId);
      const agent = company.agents.get(agentId);
      if (!agent) return false;
      const nowMs = state.now().getTime();
      for (const [used, untilMs] of agent.nonces) if (untilMs < nowMs) agent.nonces.delete(used);
      if (agent.nonces.has(hexOf(nonce))) return false;
      agent.nonces.set(hexOf(nonce), nowMs + lifetimeMs);
      const machine = company.machines.get(agent.machineId);
      if (machine) {
        machine.lastSeenAt = state.now();
        machine.agentVersion = agentVersion ?? machine.agentVersion;
      }
      return true;
    },
  };
}

function appendLog(state: MemoryState, companyId: string, append: LogAppend): AppendOutcome {
  const company = state.companies.get(companyId);
  const head = company?.logHead ?? null;
  const { expectedHead, statements, revokedCertHashes = [] } = append;
  const last = statements.at(-1);
  const isNext = head !== null && head.number === expectedHead.number && isSame(head.hash, expectedHead.hash);
  if (!company || !isNext || !last) return { kind: "log_conflict", head };
  addKeyObjects(state, company, statements);
  company.logHead = { number: last.number, hash: last.hash };
  for (const agent of company.agents.values()) {
    if (revokedCertHashes.some((certHash) => isSame(certHash, agent.certHash))) agent.isRevoked = true;
  }
  state.outbox.push({ companyId, kind: "log_appended" });
  return { kind: "appended", head: company.logHead };
}

function findEnrolment(state: MemoryState, enrolmentId: string): EnrolmentRow | null {
  for (const { companyId, enrolments } of state.companies.values()) {
    const enrolment = enrolments.get(enrolmentId);
    if (!enrolment) continue;
    const isExpired = enrolment.expiresAt.getTime() <= state.now().getTime();
    return { ...enrolment, companyId, isUsed: enrolment.agentId !== null, isExpired };
  }
  return null;
}

function completeEnrolment(
  state: MemoryState,
  companyId: string,
  enrolled: EnrolledAgent,
): Awaited<ReturnType<KeyStore["completeEnrolment"]>> {
  const company = state.companies.get(companyId);
  const enrolment = company?.enrolments.get(enrolled.enrolmentId);
  if (!company || !enrolment) return "enrolment_unknown";
  const { agentId, machineId, machineName, signPublicKey, boxPublicKey, certificate } = enrolled;
  if (enrolment.agentId !== null && enrolment.agentId === agentId) return "completed";
  if (enrolment.agentId !== null) {
    const { enrolmentId: subject } = enrolled;
    openIncident(state, { companyId, kind: "second_certificate", subject, code: "enrolment_used" });
    state.outbox.push({ companyId, kind: "enrolment_used_again" });
    return "enrolment_used";
  }
  if (enrolment.expiresAt.getTime() <= state.now().getTime()) return "enrolment_expired";
  if (findAgent(state, agentId) || company.machines.has(machineId)) return "agent_exists";
  addMachine(state, company, { machineId, name: machineName });
  const keys = { signPublicKey, boxPublicKey, certHash: certificate.hash };
  const chain = { lastSequence: 0, lastHeader: null, lastHeaderHash: null };
  company.agents.set(agentId, { agentId, machineId, ...keys, ...chain, isRevoked: false, nonces: new Map() });
  addKeyObjects(state, company, [certificate]);
  enrolment.agentId = agentId;
  enrolment.payload = null;
  state.outbox.push({ companyId, kind: "agent_enrolled" });
  return "completed";
}

function addMachine(
  state: MemoryState,
  company: CompanyState,
  machine: { readonly machineId: string; readonly name: string },
): void {
  const times = { enrolledAt: state.now(), lastSeenAt: null, agentVersion: null, lastSnapshotAt: null };
  company.machines.set(machine.machineId, { ...machine, ...times });
}

function findAgent(state: MemoryState, agentId: string): AgentRow | null {
  for (const { companyId, agents } of state.companies.values()) {
    const agent = agents.get(agentId);
    if (!agent) continue;
    const { nonces: _, ...row } = agent;
    return { ...row, companyId };
  }
  return null;
}
