import type { MachineRetention } from "../../components/archive/retention-card.tsx";
import type { MachineView } from "../../contracts/machines.ts";
import type { PageApi } from "../../server/api/page-caller.ts";

/** How long a machine and its first sources keep what they have; pages show no more than 50 of these. */
const SOURCES_SHOWN = 50;

export async function readMachineRetention(api: PageApi, machine: MachineView): Promise<MachineRetention> {
  const { companyId, machineId } = machine;
  const sources = await api.sources.list({ machineId, limit: SOURCES_SHOWN });
  const ofSources = sources.rows.map(async (source) => {
    const subject = { level: "source", companyId, machineId, sourceId: source.sourceId } as const;
    return { source, retention: await api.archive.retention({ subject }) };
  });
  return {
    machine: await api.archive.retention({ subject: { level: "machine", companyId, machineId } }),
    sources: await Promise.all(ofSources),
  };
}
