import type { DomainDeps } from "../domain-deps.ts";
import { UNFINISHED_CODES } from "../store/run-store.ts";
import type { PlannedSourceRow, ScheduleRow } from "../store/schedule-store.ts";

export interface SourceLayers {
  readonly source: PlannedSourceRow;
  readonly layers: readonly ScheduleRow[];
}

/** Own settings of the provider, of the provider and a company's policy, and of these and the company. */
export interface CompanySchedules {
  readonly provider: readonly ScheduleRow[];
  readonly policy: readonly ScheduleRow[];
  readonly company: readonly ScheduleRow[];
}

/** Own settings on the way from the provider to each source of a machine, from the widest level on. */
export interface MachineSchedules extends CompanySchedules {
  readonly machine: readonly ScheduleRow[];
  readonly sources: readonly SourceLayers[];
}

/** @param companyId null for the provider's default alone */
export async function readCompanySchedules(
  { store }: Pick<DomainDeps, "store">,
  companyId: string | null,
): Promise<CompanySchedules> {
  const own = await store.findProviderSchedule();
  return layersOf(own, companyId === null ? [] : await store.listSchedules(companyId, null));
}

/** A machine's schedules; of a machine that has more than 500 sources, those of its first 500. */
export async function readMachineSchedules(
  { store }: Pick<DomainDeps, "store">,
  companyId: string,
  machineId: string,
): Promise<MachineSchedules> {
  const [provider, rows, sources] = await Promise.all([
    store.findProviderSchedule(),
    store.listSchedules(companyId, machineId),
    store.listPlannedSources(companyId, machineId, UNFINISHED_CODES),
  ]);
  const above = layersOf(provider, rows);
  const ofMachine = [...above.company, ...rows.filter(({ level }) => level === "machine")];
  const ownOf = new Map(rows.filter(({ level }) => level === "source").map((row) => [row.subjectId, row]));
  return {
    ...above,
    machine: ofMachine,
    sources: sources.map((source) => {
      const own = ownOf.get(source.sourceId);
      return { source, layers: own === undefined ? ofMachine : [...ofMachine, own] };
    }),
  };
}

function layersOf(own: ScheduleRow | null, rows: readonly ScheduleRow[]): CompanySchedules {
  const provider = own === null ? [] : [own];
  const policy = [...provider, ...rows.filter(({ level }) => level === "policy")];
  return { provider, policy, company: [...policy, ...rows.filter(({ level }) => level === "company")] };
}
