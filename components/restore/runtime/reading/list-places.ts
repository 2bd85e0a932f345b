import { PAGE_MAX_COUNT } from "../../../../contracts/limits.ts";
import type { MachineView, SourceView } from "../../../../contracts/machines.ts";
import { listPages } from "../../../../server/api/client/list-pages.ts";
import type { PortalClient } from "../../../../server/api/client/portal-client.ts";
import type { MachinePlace } from "../protocol/reading-calls.ts";
import type { SourceRef } from "./snapshot-lists.ts";

/** All machines of the company with their sources, by name. */
export async function listMachinePlaces(client: PortalClient): Promise<MachinePlace[]> {
  const machines = await Array.fromAsync(
    listPages<MachineView>((cursor) =>
      client.machines.list.query({ limit: PAGE_MAX_COUNT, ...(cursor !== undefined && { cursor }) }),
    ),
  );
  machines.sort((a, b) => a.name.localeCompare(b.name));
  return Promise.all(machines.map(async (machine) => ({ machine, sources: await listSources(client, machine) })));
}

async function listSources(client: PortalClient, { machineId }: MachineView): Promise<MachinePlace["sources"]> {
  const sources = listPages<SourceView>((cursor) =>
    client.sources.list.query({ machineId, limit: PAGE_MAX_COUNT, ...(cursor !== undefined && { cursor }) }),
  );
  return Array.fromAsync(sources, ({ sourceId, kind, ordinal }) => ({ sourceId, kind, ordinal }));
}

/** All sources of all machines. */
export async function listSourceRefs(client: PortalClient): Promise<SourceRef[]> {
  const places = await listMachinePlaces(client);
  return places.flatMap(({ machine: { machineId }, sources }) =>
    sources.map(({ sourceId }) => ({ sourceId, machineId })),
  );
}
