import { IntegrityError } from "../codec/format-error.ts";
import { toBase64, toHex } from "../codec/hex.ts";
import type { KeyPair, Primitives } from "../ports/primitives.ts";
import type { CompanyLogState } from "./company-log-state.ts";
import { KEY_SIZE_BYTES } from "./key-tools.ts";
import { isSignedJsonBy, parseSignedJson, type SignedJson, signJson } from "./signed-json.ts";

/** What an agent's certificate says. Genuine only once `checkAgentCertificate` returned it. */
export interface AgentCertificate {
  readonly companyId: string;
  readonly enrolmentId: string;
  readonly agentId: string;
  readonly machineId: string;
  /** Ed25519, for requests, slots and manifests. */
  readonly signPublicKey: Uint8Array;
  /** X25519, for grants and source definitions. */
  readonly boxPublicKey: Uint8Array;
  /** The agent's claim. */
  readonly at: Date;
  /** Hex of SHA-256 of the object: what slots and manifests name. */
  readonly hash: string;
}

export interface SignCertificateInput {
  readonly enrolmentKey: KeyPair;
  readonly companyId: string;
  readonly enrolmentId: string;
  readonly agentId: string;
  readonly machineId: string;
  readonly signPublicKey: Uint8Array;
  readonly boxPublicKey: Uint8Array;
  readonly at: Date;
}

/** Certifies an agent's own keys with the one-time enrolment key. Checked by `checkAgentCertificate`. */
export function signAgentCertificate(primitives: Primitives, input: SignCertificateInput): Uint8Array {
  return signJson(primitives, {
    secretKey: input.enrolmentKey.secretKey,
    type: "agent-certificate",
    value: {
      company: input.companyId,
      enrolmentId: input.enrolmentId,
      agentId: input.agentId,
      machineId: input.machineId,
      signPublicKey: toBase64(input.signPublicKey),
      boxPublicKey: toBase64(input.boxPublicKey),
      at: input.at.toISOString(),
    },
  });
}

/** Reads a certificate without believing it. @throws FormatError */
export function parseAgentCertificate(primitives: Primitives, object: Uint8Array): AgentCertificate {
  return readCertificate(primitives, object, parseSignedJson(object, "agent-certificate"));
}

/**
 * Follows a certificate to its enrolment in the log, and so to the root.
 *
 * @throws IntegrityError `certificate_other_company`, `certificate_unknown_enrolment`, `certificate_forged`,
 *   `enrolment_expired`
 */
export function checkAgentCertificate(
  primitives: Primitives,
  log: CompanyLogState,
  object: Uint8Array,
): AgentCertificate {
  const signed = parseSignedJson(object, "agent-certificate");
  const certificate = readCertificate(primitives, object, signed);
  if (certificate.companyId !== log.companyId) {
    throw new IntegrityError(
      "certificate_other_company",
      `the certificate of agent ${certificate.agentId} belongs to another company; do not trust its snapshots`,
    );
  }
  const enrolment = log.enrolments.get(certificate.enrolmentId);
  if (enrolment === undefined) {
    throw new IntegrityError(
      "certificate_unknown_enrolment",
      `no owner signed enrolment ${certificate.enrolmentId} of agent ${certificate.agentId} into the log; do not trust its snapshots, and enrol the machine again`,
    );
  }
  if (!isSignedJsonBy(primitives, enrolment.enrolmentPublicKey, signed)) {
    throw new IntegrityError(
      "certificate_forged",
      `the certificate of agent ${certificate.agentId} was not signed by the enrolment key in the log; do not trust its snapshots`,
    );
  }
  if (certificate.at.getTime() > enrolment.expiresAt.getTime()) {
    throw new IntegrityError(
      "enrolment_expired",
      `agent ${certificate.agentId} enrolled after its enrolment ended at ${enrolment.expiresAt.toISOString()}; create a new enrolment`,
    );
  }
  return certificate;
}

/** Something about an agent that an owner has to look at. */
export interface KeyIncident {
  readonly code: string;
  readonly message: string;
  /** Hex hash of the certificate concerned. */
  readonly agentCertHash: string;
}

export interface CheckedAgents {
  /** By hex hash of the certificate: the agents whose signatures count. */
  readonly agents: ReadonlyMap<string, AgentCertificate>;
  /** Certificates that do not count, and why. */
  readonly incidents: readonly KeyIncident[];
}

/**
 * Checks all certificates of a company. When one enrolment certified two agents, its link was used by somebody else as
 * well, and nobody can tell who came first: neither counts (`enrolment_used_twice`).
 */
export function checkAgentCertificates(
  primitives: Primitives,
  log: CompanyLogState,
  objects: readonly Uint8Array[],
): CheckedAgents {
  const agents = new Map<string, AgentCertificate>();
  const incidents: KeyIncident[] = [];
  for (const object of objects) {
    const agentCertHash = toHex(primitives.sha256(object));
    try {
      agents.set(agentCertHash, checkAgentCertificate(primitives, log, object));
    } catch (error) {
      incidents.push({ ...describe(error), agentCertHash });
    }
  }
  for (const disputed of [...findTwins(agents, "enrolmentId"), ...findTwins(agents, "agentId")]) {
    agents.delete(disputed.agentCertHash);
    incidents.push(disputed);
  }
  return { agents, incidents };
}

function findTwins(agents: ReadonlyMap<string, AgentCertificate>, by: "enrolmentId" | "agentId"): KeyIncident[] {
  const groups = Map.groupBy(agents.values(), (agent) => agent[by]);
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .flat()
    .map((agent) => ({
      code: by === "enrolmentId" ? "enrolment_used_twice" : "agent_id_taken_twice",
      message: `${by === "enrolmentId" ? `enrolment ${agent.enrolmentId}` : `agent ${agent.agentId}`} has more than one certificate: its link was used by somebody else as well. Revoke these agents and enrol the machine again`,
      agentCertHash: agent.hash,
    }));
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return { code: error.code, message: error.message };
  }
  throw error;
}

function readCertificate(primitives: Primitives, object: Uint8Array, { fields }: SignedJson): AgentCertificate {
  const certificate = {
    companyId: fields.uuid("company"),
    enrolmentId: fields.uuid("enrolmentId"),
    agentId: fields.uuid("agentId"),
    machineId: fields.uuid("machineId"),
    signPublicKey: fields.bytes("signPublicKey", KEY_SIZE_BYTES),
    boxPublicKey: fields.bytes("boxPublicKey", KEY_SIZE_BYTES),
    at: fields.moment("at"),
    hash: toHex(primitives.sha256(object)),
  };
  fields.expectEnd();
  return certificate;
}
