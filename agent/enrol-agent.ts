import { hostname } from "node:os";
import { enrolmentCompletedView, enrolmentOpenedView } from "../contracts/enrolments.ts";
import { NAME_MAX_LENGTH } from "../contracts/limits.ts";
import { fromBase64, toBase64 } from "../engine/codec/hex.ts";
import { signAgentCertificate } from "../engine/keys/agent-certificate.ts";
import { getCurrentEpoch } from "../engine/keys/company-log-state.ts";
import { type OpenedEnrolment, openEnrolment } from "../engine/keys/enrolment.ts";
import { parseSecretLink, type SecretLink } from "../engine/keys/link-secret.ts";
import { nodePrimitives, nodeRandomness } from "../engine/primitives/node.ts";
import { ControlClient } from "./control-client.ts";
import { HttpConnection } from "./http-connection.ts";
import { newId } from "./new-id.ts";
import { AgentError } from "./state/agent-error.ts";
import {
  confirmPendingIdentity,
  findIdentity,
  findPendingIdentity,
  type Identity,
  keepPendingIdentity,
} from "./state/identity.ts";
import { keepPins } from "./state/pins.ts";
import { openStateFolder, type StateFolder } from "./state/state-folder.ts";

export interface EnrolOptions {
  /** As the owner got it, with the secret behind "#". */
  readonly link: string;
  /** What people call this machine; by default what the owner proposed, else its host name. */
  readonly name?: string | undefined;
  readonly stateFolder?: string | undefined;
}

export interface EnrolledAgent {
  readonly companyId: string;
  readonly agentId: string;
  readonly machineId: string;
  readonly machineName: string;
  readonly stateFolder: string;
}

/**
 * Makes this machine's agent one of the company's, with nobody present: checks the company's keys by the link's secret,
 * makes keys of its own, certifies them with the one-time key of the enrolment, and forgets that key. May be repeated
 * after a failure; it then goes on with the keys it made.
 *
 * @throws AgentError `already_enrolled`; FormatError `bad_link`; IntegrityError of `openEnrolment`; ServerError
 */
export async function enrolAgent(options: EnrolOptions): Promise<EnrolledAgent> {
  const link = parseSecretLink("enrol", options.link);
  const state = openStateFolder(options.stateFolder);
  const enrolled = findIdentity(state);
  if (enrolled !== undefined) {
    throw new AgentError(
      "already_enrolled",
      `this machine is enrolled as "${enrolled.machineName}" (${state.root}); give another folder with --state for a second agent`,
    );
  }
  const connection = new HttpConnection(link.origin);
  try {
    const control = new ControlClient(connection);
    const identity = pendingFor(state, link) ?? (await prepare(control, link, { state, name: options.name }));
    await complete(control, identity);
    confirmPendingIdentity(state);
    const { companyId, agentId, machineId, machineName } = identity;
    return { companyId, agentId, machineId, machineName, stateFolder: state.root };
  } finally {
    connection.close();
  }
}

/** What an earlier attempt with the same link made, if its answer was lost on the way. */
function pendingFor(state: StateFolder, link: SecretLink): Identity | undefined {
  const pending = findPendingIdentity(state);
  return pending?.enrolmentId === link.linkId && pending.origin === link.origin ? pending : undefined;
}

async function prepare(
  control: ControlClient,
  link: SecretLink,
  { state, name }: { readonly state: StateFolder; readonly name: string | undefined },
): Promise<Identity> {
  const view = enrolmentOpenedView;
  const input = { enrolmentId: link.linkId };
  const opened = await control.call({ procedure: "enrolments.open", isQuery: true, input, view });
  const enrolment = openEnrolment(nodePrimitives, {
    enrolmentId: link.linkId,
    secret: link.secret,
    payload: fromBase64(opened.payload),
    log: opened.log.map(fromBase64),
    now: new Date(),
  });
  if (enrolment.companyId !== opened.companyId) {
    throw new AgentError("enrolment_swapped", "the portal answers for another company than the link; use neither");
  }
  const machineName = (name ?? opened.machineNameHint ?? hostname()).trim().slice(0, NAME_MAX_LENGTH);
  const identity = makeIdentity({ link, enrolment, machineName, state });
  pinCompany(state, enrolment);
  return identity;
}

interface MakeIdentityInput {
  readonly link: SecretLink;
  readonly enrolment: OpenedEnrolment;
  readonly machineName: string;
  readonly state: StateFolder;
}

/** The keys are durable before the server hears of them: it would never take others for this link. */
function makeIdentity({ link, enrolment, machineName, state }: MakeIdentityInput): Identity {
  const secrets = { signSeed: nodeRandomness.bytes(32), boxSeed: nodeRandomness.bytes(32) };
  const sign = nodePrimitives.signKeyPair(secrets.signSeed);
  const box = nodePrimitives.boxKeyPair(secrets.boxSeed);
  const { companyId, scope, rootFingerprint, chunkIdKey, enrolmentKeys } = enrolment;
  const ids = { enrolmentId: link.linkId, agentId: newId(), machineId: newId() };
  const certificate = signAgentCertificate(nodePrimitives, {
    ...ids,
    enrolmentKey: enrolmentKeys,
    companyId,
    signPublicKey: sign.publicKey,
    boxPublicKey: box.publicKey,
    at: new Date(),
  });
  enrolmentKeys.secretKey.fill(0);
  link.secret.fill(0);
  const names = { origin: link.origin, companyId, machineName, rootFingerprint };
  const identity = { ...names, ...ids, scope, certificate, chunkIdKey, sign, box };
  keepPendingIdentity(state, identity, secrets);
  return identity;
}

function pinCompany(state: StateFolder, { log, scope }: OpenedEnrolment): void {
  const { epoch, companyPublicKey } = getCurrentEpoch(log, scope);
  keepPins(state, {
    logNumber: log.head.number,
    logHash: log.head.hash,
    controlTerm: 0,
    sequence: 0,
    headerHash: "",
    epoch,
    companyPublicKey: toBase64(companyPublicKey),
  });
}

async function complete(control: ControlClient, identity: Identity): Promise<void> {
  const { enrolmentId, certificate, machineName, agentId, machineId } = identity;
  const input = { enrolmentId, certificate: toBase64(certificate), machineName };
  const done = await control.call({ procedure: "enrolments.complete", input, view: enrolmentCompletedView });
  if (done.agentId !== agentId || done.machineId !== machineId) {
    throw new AgentError("enrolment_swapped", "the portal enrolled another agent than this one; ask for a new link");
  }
}
