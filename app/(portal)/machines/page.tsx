import type { Metadata } from "next";
import { STATE_CHOICES } from "../../../components/companies/company-list.ts";
import { LiveNote } from "../../../components/live/live-note.tsx";
import { RefreshWhenRunsChange } from "../../../components/live/refresh-when-runs-change.tsx";
import { AddMachineLink } from "../../../components/machines/add-machine-link.tsx";
import { machinesHeadline } from "../../../components/machines/machine-headline.ts";
import { MACHINE_LIST, MACHINE_SORT_WORDS, openRunIdsOf } from "../../../components/machines/machine-list.ts";
import { MachinesTable } from "../../../components/machines/machines-table.tsx";
import { ListCard } from "../../../components/tables/list-card.tsx";
import { nextPageHref, readListState, toListInput } from "../../../components/tables/list-state.ts";
import { findWaysOut } from "../../../components/tables/ways-out.ts";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { openViewerPage, orNotFound } from "../../../server/api/page-session.ts";
import type { PageInput } from "../../page-input.ts";

export const metadata: Metadata = { title: "Machines" };

/** Staff see the machines of every company, members their own. */
export default async function MachinesPage({ searchParams }: PageInput) {
  const { api, viewer } = await openViewerPage();
  const list = readListState("/machines", await searchParams, MACHINE_LIST);
  const ask = (asked: typeof list, limit?: number) =>
    api.machines.list({ ...toListInput(asked), states: [...asked.filters], limit });
  const page = await orNotFound(ask(list));
  const counts =
    viewer.kind === "staff"
      ? (await api.companies.count()).machines
      : (await api.companies.get({ companyId: viewer.companyId })).machineStates;
  const first = (await api.machines.list({ sort: "need", limit: 1 })).rows[0];
  return (
    <>
      <RefreshWhenRunsChange shown={openRunIdsOf(page.rows)} />
      <PageHead
        headline={machinesHeadline({ counts, first })}
        actions={viewer.kind === "member" ? <AddMachineLink role={viewer.role} /> : <LiveNote />}
      />
      <ListCard
        title="Machines"
        state={list}
        sortWords={MACHINE_SORT_WORDS}
        searchLabel={viewer.kind === "staff" ? "Find a machine or company" : "Find a machine"}
        filters={[{ title: "State", choices: STATE_CHOICES }]}
      >
        <MachinesTable
          rows={page.rows}
          list={list}
          nextHref={nextPageHref(list, page.nextCursor)}
          waysOut={await findWaysOut(list, page.rows, async (asked) => (await ask(asked, 1)).rows.length > 0)}
          sight={viewer.kind === "staff" ? "fleet" : "member"}
        />
      </ListCard>
    </>
  );
}
