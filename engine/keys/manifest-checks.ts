import { IntegrityError } from "../codec/format-error.ts";
import { toHex } from "../codec/hex.ts";
import {
  decodeManifest,
  decodeSignedHeader,
  type Manifest,
  verifyManifest,
  verifySignedHeader,
} from "../format/manifest.ts";
import type { ManifestHeader } from "../format/manifest-header.ts";
import { type Slot, verifySlot } from "../format/slot.ts";
import type { Primitives } from "../ports/primitives.ts";
import type { AgentCertificate } from "./agent-certificate.ts";
import type { CompanyLogState } from "./company-log-state.ts";

/** What a reader believes: a verified log, and the certificates that lead to its root. */
export interface CompanyTrust {
  readonly log: CompanyLogState;
  /** From `checkAgentCertificates`. */
  readonly agents: ReadonlyMap<string, AgentCertificate>;
}

/** A manifest header whose signature leads to the company's root. */
export interface CheckedHeader {
  readonly header: ManifestHeader;
  readonly agent: AgentCertificate;
  /** Hex of SHA-256(header | signature): what the next header of this agent names. */
  readonly headerHash: string;
}

/**
 * Follows a manifest header to its agent, the agent to its enrolment, and that to the root.
 *
 * @param signedHeader header | signature, as in `headers/`
 * @throws IntegrityError `manifest_other_company`, `manifest_unknown_agent`, `manifest_other_machine`, `agent_revoked`,
 *   `epoch_unknown`, `bad_signature`
 * @throws FormatError
 */
export function checkManifestHeader(
  primitives: Primitives,
  trust: CompanyTrust,
  signedHeader: Uint8Array,
): CheckedHeader {
  const { header } = decodeSignedHeader(signedHeader);
  const agent = requireAgent(trust, header);
  verifySignedHeader(primitives, agent.signPublicKey, signedHeader);
  return { header, agent, headerHash: toHex(primitives.sha256(signedHeader)) };
}

/**
 * As `checkManifestHeader`, and the sealed part and its key slot as well.
 *
 * @throws IntegrityError as `checkManifestHeader`, and `bad_sealed_hash`, `bad_slot`
 */
export function checkManifest(
  primitives: Primitives,
  trust: CompanyTrust,
  manifestBytes: Uint8Array,
): CheckedHeader & { readonly manifest: Manifest } {
  const manifest = decodeManifest(manifestBytes);
  const checked = checkManifestHeader(primitives, trust, manifest.signedHeader);
  verifyManifest(primitives, checked.agent.signPublicKey, manifest);
  return { ...checked, manifest };
}

/**
 * Checks that a genuine agent of this company made a pack's key slot, so that nobody else's data key is taken for one.
 *
 * @throws IntegrityError `slot_unknown_agent`, `epoch_unknown`, `bad_slot`
 */
export function checkSlot(
  primitives: Primitives,
  trust: CompanyTrust,
  { scope, slot }: { scope: number; slot: Slot },
): AgentCertificate {
  const agent = trust.agents.get(toHex(slot.agentCertHash));
  if (agent === undefined) {
    throw new IntegrityError(
      "slot_unknown_agent",
      `a pack names an agent without a genuine certificate (${toHex(slot.agentCertHash)}); read another copy`,
    );
  }
  requireEpoch(trust.log, slot.epoch, scope);
  verifySlot(primitives, agent.signPublicKey, { companyId: trust.log.companyId, scope }, slot);
  return agent;
}

function requireAgent({ log, agents }: CompanyTrust, header: ManifestHeader): AgentCertificate {
  if (header.companyId !== log.companyId) {
    throw new IntegrityError("manifest_other_company", "this snapshot belongs to another company; do not restore it");
  }
  const certHash = toHex(header.agentCertHash);
  const agent = agents.get(certHash);
  if (agent === undefined) {
    throw new IntegrityError(
      "manifest_unknown_agent",
      `this snapshot names an agent without a genuine certificate (${certHash}); do not restore it`,
    );
  }
  if (agent.machineId !== header.machineId) {
    throw new IntegrityError(
      "manifest_other_machine",
      `this snapshot says machine ${header.machineId}, but its agent was enrolled as ${agent.machineId}; do not restore it`,
    );
  }
  const lastSequence = log.revocations.get(certHash);
  if (lastSequence !== undefined && header.sequence > lastSequence) {
    throw new IntegrityError(
      "agent_revoked",
      `an owner revoked this agent after its manifest ${lastSequence}; this one is ${header.sequence}: do not restore it`,
    );
  }
  requireEpoch(log, header.epoch, header.scope);
  return agent;
}

function requireEpoch(log: CompanyLogState, epoch: number, scope: number): void {
  if (log.epochs.some((known) => known.epoch === epoch && known.scope === scope)) return;
  throw new IntegrityError(
    "epoch_unknown",
    `keys of epoch ${epoch} and scope ${scope} are named, which the company log does not know; fetch the log again`,
  );
}
