import type { MachineId } from "../../../contracts/ids.ts";
import { PAGE_MAX_COUNT } from "../../../contracts/limits.ts";
import type { SourceView } from "../../../contracts/machines.ts";
import { IntegrityError } from "../../../engine/codec/format-error.ts";
import { fromBase64 } from "../../../engine/codec/hex.ts";
import { checkSourceDefinition, openSourceSecret } from "../../../engine/keys/source-definition.ts";
import { listPages } from "./list-pages.ts";
import type { OpenMember } from "./open-member.ts";

/** Names of a machine's sources by their ids, as far as the member's keys open them. */
export async function readSourceNames(member: OpenMember, machineId: MachineId): Promise<ReadonlyMap<string, string>> {
  const { client, trust, tools } = member;
  const names = new Map<string, string>();
  const sources = listPages<SourceView>((cursor) =>
    client.sources.list.query({ machineId, limit: PAGE_MAX_COUNT, ...(cursor !== undefined && { cursor }) }),
  );
  for await (const { sourceId, definition } of sources) {
    if (definition === null) continue;
    const { sealedToCompany } = checkSourceDefinition(tools.primitives, trust.agents, fromBase64(definition));
    const name = openWithAnyEpoch(member, sealedToCompany);
    if (name !== null) names.set(sourceId, name);
  }
  return names;
}

/** A definition does not say its epoch, so each secret is tried, the newest first. */
function openWithAnyEpoch({ owner, tools }: OpenMember, sealed: Uint8Array): string | null {
  for (const { keys } of [...owner.companySecrets.values()].reverse()) {
    try {
      return openSourceSecret(tools.primitives, keys, sealed).name;
    } catch (error) {
      if (!(error instanceof IntegrityError && error.code === "wrong_box_key")) throw error;
    }
  }
  return null;
}
