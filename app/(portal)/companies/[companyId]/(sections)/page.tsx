import type { Metadata } from "next";
import { STATE_CHOICES } from "../../../../../components/companies/company-list.ts";
import { MACHINE_LIST, MACHINE_SORT_WORDS } from "../../../../../components/machines/machine-list.ts";
import { MachinesTable } from "../../../../../components/machines/machines-table.tsx";
import { ListCard } from "../../../../../components/tables/list-card.tsx";
import { nextPageHref, readListState, toListInput } from "../../../../../components/tables/list-state.ts";
import { findWaysOut } from "../../../../../components/tables/ways-out.ts";
import { openStaffPage, orNotFound } from "../../../../../server/api/page-session.ts";
import type { PageInput } from "../../../../page-input.ts";

export const metadata: Metadata = { title: "Company" };

export default async function CompanyMachinesPage({ params, searchParams }: PageInput<"companyId">) {
  const { api } = await openStaffPage();
  const { companyId } = await params;
  const list = readListState(`/companies/${companyId}`, await searchParams, MACHINE_LIST);
  const ask = (asked: typeof list, limit?: number) =>
    api.machines.list({ ...toListInput(asked), companyId, states: [...asked.filters], limit });
  const page = await orNotFound(ask(list));
  return (
    <ListCard
      title="Machines"
      state={list}
      sortWords={MACHINE_SORT_WORDS}
      searchLabel="Find a machine"
      filters={[{ title: "State", choices: STATE_CHOICES }]}
    >
      <MachinesTable
        rows={page.rows}
        list={list}
        nextHref={nextPageHref(list, page.nextCursor)}
        waysOut={await findWaysOut(list, page.rows, async (asked) => (await ask(asked, 1)).rows.length > 0)}
        sight="staff"
      />
    </ListCard>
  );
}
