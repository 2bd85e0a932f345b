import type { Metadata } from "next";
import { OUTCOME_CHOICES, RUN_LIST, RUN_SORT_WORDS } from "../../../../../../components/runs/run-list.ts";
import { RunsTable } from "../../../../../../components/runs/runs-table.tsx";
import { ListCard } from "../../../../../../components/tables/list-card.tsx";
import { nextPageHref, readListState } from "../../../../../../components/tables/list-state.ts";
import { findWaysOut } from "../../../../../../components/tables/ways-out.ts";
import { openStaffPage, orNotFound } from "../../../../../../server/api/page-session.ts";
import type { PageInput } from "../../../../../page-input.ts";

export const metadata: Metadata = { title: "Runs of a company" };

export default async function CompanyRunsPage({ params, searchParams }: PageInput<"companyId">) {
  const { api } = await openStaffPage();
  const { companyId } = await params;
  const list = readListState(`/companies/${companyId}/runs`, await searchParams, RUN_LIST);
  const ask = ({ search, filters, cursor }: typeof list, limit?: number) =>
    api.runs.list({ companyId, search, outcomes: [...filters], cursor, limit });
  const page = await orNotFound(ask(list));
  return (
    <ListCard
      title="Runs"
      state={list}
      sortWords={RUN_SORT_WORDS}
      searchLabel="Find a machine"
      filters={[{ title: "Outcome", choices: OUTCOME_CHOICES }]}
    >
      <RunsTable
        rows={page.rows}
        list={list}
        nextHref={nextPageHref(list, page.nextCursor)}
        waysOut={await findWaysOut(list, page.rows, async (asked) => (await ask(asked, 1)).rows.length > 0)}
      />
    </ListCard>
  );
}
