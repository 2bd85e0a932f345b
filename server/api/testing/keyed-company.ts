import { toHex } from "../../../engine/codec/hex.ts";
import { signAgentCertificate } from "../../../engine/keys/agent-certificate.ts";
import { createCompanyKeys } from "../../../engine/keys/company-keys.ts";
import { getCurrentEpoch } from "../../../engine/keys/company-log-state.ts";
import { createEnrolment as makeEnrolment, openEnrolment as openPayload } from "../../../engine/keys/enrolment.ts";
import { signSourceDefinition } from "../../../engine/keys/source-definition.ts";
import type { KeyPair } from "../../../engine/ports/primitives.ts";
import { acceptInvitation } from "../../domain/company/accept-invitation.ts";
import { createCompany } from "../../domain/company/create-company.ts";
import { completeEnrolment } from "../../domain/enrolment/complete-enrolment.ts";
import { createEnrolment } from "../../domain/enrolment/create-enrolment.ts";
import { startRun } from "../../domain/run/start-run.ts";
import { putSource } from "../../domain/source/put-source.ts";
import type { ApiDeps } from "../api-deps.ts";

const HOUR_MS = 3_600_000;

/** A company with real keys, one owner, one enrolled machine with a source, and an open run of it. */
export interface KeyedCompany {
  readonly companyId: string;
  readonly personId: string;
  readonly agentId: string;
  readonly machineId: string;
  readonly sourceId: string;
  readonly signKeys: KeyPair;
  readonly run: { readonly runId: string; readonly fencingToken: number };
}

/** Makes it as real clients would, through the use cases. */
export async function createKeyedCompany(deps: ApiDeps): Promise<KeyedCompany> {
  const { primitives, randomness, newId } = deps;
  const password = "long enough to be one";
  const byPersonId = newId();
  const staff = { email: `${newId()}@x.test`, role: "admin", passwordHash: "of no password" } as const;
  await deps.store.createStaff({ personId: byPersonId, ...staff });
  const inviteAuth = randomness.bytes(32);
  const { companyId, invitationId } = await createCompany(deps, {
    name: newId(),
    ownerEmail: `${newId()}@x.test`,
    inviteAuthHash: primitives.sha256(inviteAuth),
    lifetimeMs: HOUR_MS,
    byPersonId,
  });
  const personId = newId();
  const at = new Date();
  const keys = await createCompanyKeys(deps, { companyId, memberId: personId, passphrase: "six words of a list", at });
  const { memberBlob, log, wraps } = keys;
  await acceptInvitation(deps, { invitationId, inviteAuth, password, memberId: personId, memberBlob, log, wraps });
  const enrolmentId = newId();
  const expiresAt = new Date(at.getTime() + HOUR_MS);
  const made = makeEnrolment(deps, { owner: keys.owner, enrolmentId, at, expiresAt });
  const { payload, statement, secret } = made;
  const enrolment = { enrolmentId, payload, statement, expiresAt, machineNameHint: null, byPersonId: personId };
  await createEnrolment(deps, companyId, enrolment);
  const opened = openPayload(primitives, { enrolmentId, secret, payload, log: [...log, statement], now: at });
  const machine = await enrolMachine(deps, { companyId, enrolmentId, enrolmentKey: opened.enrolmentKeys, at });
  const { companyPublicKey } = getCurrentEpoch(opened.log, 0);
  return { companyId, personId, ...machine, ...(await openRun(deps, { companyId, companyPublicKey, ...machine })) };
}

async function enrolMachine(
  deps: ApiDeps,
  link: { companyId: string; enrolmentId: string; enrolmentKey: KeyPair; at: Date },
) {
  const { primitives, randomness, newId } = deps;
  const [agentId, machineId] = [newId(), newId()];
  const signKeys = primitives.signKeyPair(randomness.bytes(32));
  const boxPublicKey = primitives.boxKeyPair(randomness.bytes(32)).publicKey;
  const own = { agentId, machineId, signPublicKey: signKeys.publicKey, boxPublicKey };
  const certificate = signAgentCertificate(primitives, { ...link, ...own });
  await completeEnrolment(deps, { enrolmentId: link.enrolmentId, certificate, machineName: "front-desk" });
  return { agentId, machineId, signKeys, boxPublicKey, certHash: toHex(primitives.sha256(certificate)) };
}

async function openRun(
  deps: ApiDeps,
  machine: { companyId: string; companyPublicKey: Uint8Array } & Awaited<ReturnType<typeof enrolMachine>>,
) {
  const { agentId, companyId, machineId, companyPublicKey, signKeys, boxPublicKey, certHash } = machine;
  const sourceId = deps.newId();
  const definition = signSourceDefinition(deps.primitives, {
    companyId,
    machineId,
    sourceId,
    number: 1,
    ordinal: 1,
    secret: { name: "etc", paths: [Buffer.from("/etc")], excludes: [] },
    companyPublicKey,
    agent: { certHash, signSecretKey: signKeys.secretKey, boxPublicKey },
  });
  const agent = await deps.store.findAgent(agentId);
  if (agent === null) throw new Error("the agent is not enrolled");
  await putSource(deps, agent, definition);
  const { runId, fencingToken } = await startRun(deps, agent, { sourceId, clientRunId: deps.newId() });
  return { sourceId, run: { runId, fencingToken } };
}
