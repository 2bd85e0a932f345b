import type { Metadata } from "next";
import { PeopleTable } from "../../../../../../components/people/people-table.tsx";
import { PERSON_LIST, PERSON_SORT_WORDS } from "../../../../../../components/people/person-list.ts";
import { ListCard } from "../../../../../../components/tables/list-card.tsx";
import { nextPageHref, readListState, toListInput } from "../../../../../../components/tables/list-state.ts";
import { findWaysOut } from "../../../../../../components/tables/ways-out.ts";
import { openStaffPage, orNotFound } from "../../../../../../server/api/page-session.ts";
import type { PageInput } from "../../../../../page-input.ts";

export const metadata: Metadata = { title: "People of a company" };

export default async function CompanyPeoplePage({ params, searchParams }: PageInput<"companyId">) {
  const { api } = await openStaffPage();
  const { companyId } = await params;
  const list = readListState(`/companies/${companyId}/people`, await searchParams, PERSON_LIST);
  const ask = (asked: typeof list, limit?: number) => api.people.list({ ...toListInput(asked), companyId, limit });
  const page = await orNotFound(ask(list));
  return (
    <ListCard title="People" state={list} sortWords={PERSON_SORT_WORDS} searchLabel="Find a person">
      <PeopleTable
        rows={page.rows}
        list={list}
        nextHref={nextPageHref(list, page.nextCursor)}
        waysOut={await findWaysOut(list, page.rows, async (asked) => (await ask(asked, 1)).rows.length > 0)}
        of="company"
      />
    </ListCard>
  );
}
