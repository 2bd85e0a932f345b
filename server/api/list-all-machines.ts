import type { Store } from "../domain/store/store.ts";
import type { MachineRow } from "../domain/store/store-reads.ts";

/** Rows read at most for one answer: 20 pages; a provider of that size needs counts by SQL instead. */
const MACHINES_MAX_COUNT = 10_000;
const PAGE_COUNT = 500;

/** All machines of a company, or of every one, page by page. */
export async function listAllMachines(store: Store, companyId: string | null): Promise<MachineRow[]> {
  const machines: MachineRow[] = [];
  let after: string | undefined;
  while (machines.length < MACHINES_MAX_COUNT) {
    const page = await store.listMachines(companyId, { after, limit: PAGE_COUNT });
    machines.push(...page);
    after = page.at(-1)?.machineId;
    if (page.length < PAGE_COUNT) break;
  }
  return machines;
}
