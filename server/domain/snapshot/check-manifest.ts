import { FormatError, IntegrityError } from "../../../engine/codec/format-error.ts";
import { toHex } from "../../../engine/codec/hex.ts";
import {
  decodeManifest,
  headerHashOf,
  type Manifest,
  snapshotIdOf,
  verifyManifest,
} from "../../../engine/format/manifest.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import type { RunIdentity } from "../run/lease.ts";
import type { NewSnapshot } from "../store/commit-store.ts";
import type { AgentRow } from "../store/key-store.ts";

const LAST_MOMENT_MS = Date.UTC(9999, 11, 31);

/** A manifest whose structure, signature and place were checked. */
export interface CheckedManifest {
  readonly snapshot: NewSnapshot;
}

/**
 * Holds a manifest to the run that sends it: the agent's signature, company, machine, source, run, and the hash of the
 * sealed part. What is inside the seal, only an owner can check.
 *
 * @throws DomainError `manifest_invalid`, `agent_revoked`
 */
export async function checkManifest(
  { store, primitives }: Pick<DomainDeps, "store" | "primitives">,
  run: RunIdentity,
  bytes: Uint8Array,
): Promise<CheckedManifest> {
  const agent = await store.findAgent(run.agentId);
  if (agent === null || agent.isRevoked) {
    throw new DomainError("agent_revoked", "an owner has revoked this agent: enrol the machine again");
  }
  const manifest = decodeVerified(primitives, agent, bytes);
  const { header, signedHeader } = manifest;
  const row = await store.findRun(run.companyId, run.runId);
  requireSame("company", header.companyId, run.companyId);
  requireSame("machine", header.machineId, run.machineId);
  requireSame("run", header.runId, run.runId);
  requireSame("source", header.sourceId, row?.sourceId ?? "none");
  requireSame("certificate", toHex(header.agentCertHash), toHex(agent.certHash));
  requireSame("key scope", String(header.scope), "0");
  requireMoments(header.startedAtMs, header.endedAtMs);
  const snapshot: NewSnapshot = {
    snapshotId: snapshotIdOf(primitives, bytes),
    scope: header.scope,
    agentId: run.agentId,
    machineId: header.machineId,
    sourceId: header.sourceId,
    sequence: header.sequence,
    previousHeaderHash: header.previousHeaderHash,
    headerHash: headerHashOf(primitives, signedHeader),
    header: signedHeader,
    topPageId: header.topPageId,
    changeListId: header.changeListId,
    epoch: header.epoch,
    startedAt: new Date(header.startedAtMs),
    endedAt: new Date(header.endedAtMs),
    counts: {
      entries: header.entryCount,
      files: header.fileCount,
      bytes: header.contentBytes,
      gaps: header.gapCount,
    },
    manifestSizeBytes: bytes.length,
    manifestSha256: primitives.sha256(bytes),
  };
  return { snapshot };
}

function decodeVerified(primitives: DomainDeps["primitives"], agent: AgentRow, bytes: Uint8Array): Manifest {
  try {
    const manifest = decodeManifest(bytes);
    verifyManifest(primitives, agent.signPublicKey, manifest);
    return manifest;
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof IntegrityError)) throw error;
    throw new DomainError("manifest_invalid", `${error.code}: ${error.message}`);
  }
}

/** The agent's claims; they have to be moments that a calendar knows, before the year 10000. */
function requireMoments(...momentsMs: readonly number[]): void {
  if (momentsMs.every((momentMs) => momentMs <= LAST_MOMENT_MS)) return;
  throw new DomainError("manifest_invalid", "the manifest was begun or ended after the year 9999: set the clock");
}

function requireSame(what: string, stated: string, expected: string): void {
  if (stated === expected) return;
  throw new DomainError("manifest_invalid", `the manifest names another ${what} than the run that sends it`);
}
