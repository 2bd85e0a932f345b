import { FormatError } from "../../../engine/codec/format-error.ts";
import { toHex } from "../../../engine/codec/hex.ts";
import { isSignedJsonBy, parseSignedJson } from "../../../engine/keys/signed-json.ts";
import { parseSourceDefinition, type SourceDefinition } from "../../../engine/keys/source-definition.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import { toKeyObject } from "../key/key-object.ts";
import { putKeyObjects, requireSomeZone } from "../key/put-key-objects.ts";
import type { AgentRow } from "../store/key-store.ts";

/**
 * Keeps what an agent signed about one of its machine's sources; names and paths in it are sealed.
 *
 * @throws DomainError `source_invalid`, `source_conflict`
 */
export async function putSource(
  deps: DomainDeps,
  agent: AgentRow,
  bytes: Uint8Array,
): Promise<{ readonly sourceId: string }> {
  const { companyId, machineId, agentId } = agent;
  const { sourceId, sourceKind, ordinal, number } = requireOwnDefinition(deps, agent, bytes);
  await requireSomeZone(deps, companyId);
  const object = { companyId, kind: "source", number, bytes, subjectId: sourceId } as const;
  const definition = toKeyObject(deps.primitives, object);
  const source = { sourceId, machineId, agentId, sourceKind, ordinal, number, definition };
  const outcome = await deps.store.putSource(companyId, source);
  if (outcome !== "stored") {
    throw new DomainError("source_conflict", "another source has this id, ordinal or number: take the next number");
  }
  await putKeyObjects(deps, companyId, [definition]);
  return { sourceId };
}

function requireOwnDefinition(
  { primitives }: Pick<DomainDeps, "primitives">,
  agent: AgentRow,
  bytes: Uint8Array,
): SourceDefinition {
  const definition = parse(primitives, bytes);
  const isOwn =
    definition.companyId === agent.companyId &&
    definition.machineId === agent.machineId &&
    definition.signer === toHex(agent.certHash);
  if (!isOwn || !isSignedJsonBy(primitives, agent.signPublicKey, parseSignedJson(bytes, "source"))) {
    throw new DomainError("source_invalid", "this definition was not signed by this agent for its own machine");
  }
  return definition;
}

function parse(primitives: DomainDeps["primitives"], bytes: Uint8Array): SourceDefinition {
  try {
    return parseSourceDefinition(primitives, bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new DomainError("source_invalid", error.message);
  }
}
