import { randomUUID } from "node:crypto";
import type { KeyedCompany } from "./keyed-company.ts";

/** By path of the procedure; undefined where it takes no input. */
export type ProcedureInputs = Readonly<Record<string, unknown>>;

const BYTES = Buffer.from("not what it should be").toString("base64");

/** For each procedure a well-formed input that names things of this company, and one of its incidents. */
export function createProcedureInputs(company: KeyedCompany, incidentId: string): ProcedureInputs {
  const { companyId, machineId, sourceId } = company;
  const { runId, fencingToken } = company.run;
  const enrolmentId = randomUUID();
  const invitation = { invitationId: randomUUID(), inviteAuth: BYTES };
  return {
    "agent.endRun": { runId, fencingToken, outcome: "failed", code: "gave_up" },
    "agent.heartbeat": { runId, fencingToken, progress: { files: 1, bytes: 1, storedBytes: 1 } },
    "agent.hello": undefined,
    "agent.log": { after: -1 },
    "agent.putSource": { definition: BYTES },
    "agent.schedule": undefined,
    "agent.startRun": { sourceId, clientRunId: randomUUID() },
    "archive.holds": { companyId },
    "archive.liftHold": { companyId, holdId: randomUUID() },
    "archive.placeHold": { companyId, snapshotId: "ab".repeat(16), reason: "case 7" },
    "archive.putRetention": {
      subject: { level: "source", companyId, machineId, sourceId },
      settings: { freezeAfterDays: 1, dailyDays: 1, weeklyWeeks: 0, monthlyMonths: 0, yearlyYears: 0 },
    },
    "archive.retention": { subject: { level: "machine", companyId, machineId } },
    "archive.tiers": { companyId },
    "collectors.consent": { collectorId: randomUUID(), enrolmentId, link: "https://x.test/enrol/1#2" },
    "collectors.end": { companyId, collectorId: randomUUID() },
    "collectors.list": { companyId },
    "collectors.propose": { companyId, name: "File server", path: `/srv/hosted/${randomUUID()}` },
    "companies.count": undefined,
    "companies.create": { name: "Pell & Ross", ownerEmail: "o@x.test", inviteAuthHash: "00".repeat(32) },
    "companies.get": { companyId },
    "companies.invitation": { companyId },
    "companies.list": {},
    "companies.renewInvitation": { companyId, ownerEmail: "o@x.test", inviteAuthHash: "00".repeat(32) },
    "enrolments.complete": { enrolmentId, certificate: BYTES, machineName: "m" },
    "enrolments.create": { enrolmentId, payload: BYTES, statement: BYTES, expiresAt: new Date(Date.now() + 1000) },
    "enrolments.get": { enrolmentId },
    "enrolments.open": { enrolmentId },
    "incidents.acknowledge": { incidentId, note: "not ours" },
    "incidents.count": { companyId },
    "incidents.list": { companyId },
    "invitations.accept": {
      ...invitation,
      password: "long enough to be one",
      memberId: randomUUID(),
      memberBlob: BYTES,
      log: [BYTES],
      wraps: [BYTES],
    },
    "invitations.get": invitation,
    "keys.appendLog": { statements: [BYTES] },
    "keys.get": undefined,
    "keys.getForRecovery": undefined,
    "keys.log": { after: -1 },
    "live.runs": undefined,
    "machines.get": { machineId },
    "machines.list": { companyId },
    "people.list": { companyId },
    "policies.assign": { companyId, policyId: null },
    "policies.create": { name: `Gold ${randomUUID()}` },
    "policies.get": { policyId: randomUUID() },
    "policies.list": undefined,
    "policies.ofCompany": { companyId },
    "policies.remove": { policyId: randomUUID() },
    "policies.rename": { policyId: randomUUID(), name: "Silver" },
    "restores.open": {},
    "runs.get": { runId },
    "runs.list": { companyId },
    "schedules.get": { machineId },
    "schedules.getCompany": { companyId },
    "schedules.getProvider": undefined,
    "schedules.put": {
      subject: { level: "source", machineId, sourceId },
      settings: { timing: null, jitterSeconds: null, catchUpMinutes: null, isPaused: true },
    },
    "session.create": { email: "nobody@x.test", password: "whatever it was" },
    "session.end": undefined,
    "session.viewer": undefined,
    "setup.create": { code: "x", providerName: "p", email: "first@x.test", password: "long enough to be one" },
    "snapshots.get": { snapshotId: "ab".repeat(16) },
    "snapshots.list": { companyId },
    "sources.list": { machineId },
    "zones.findings": {},
    "zones.list": {},
    "zones.scrubs": {},
    "zones.watermarks": { companyId },
  };
}
