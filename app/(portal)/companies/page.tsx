import type { Metadata } from "next";
import { companiesHeadline } from "../../../components/companies/companies-headline.ts";
import { CompaniesTable } from "../../../components/companies/companies-table.tsx";
import { COMPANY_LIST, COMPANY_SORT_WORDS, STATE_CHOICES } from "../../../components/companies/company-list.ts";
import { CreateCompanyLink } from "../../../components/companies/create-company-link.tsx";
import { ListCard } from "../../../components/tables/list-card.tsx";
import { nextPageHref, readListState, toListInput } from "../../../components/tables/list-state.ts";
import { findWaysOut } from "../../../components/tables/ways-out.ts";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { openStaffPage, orNotFound } from "../../../server/api/page-session.ts";
import type { PageInput } from "../../page-input.ts";

export const metadata: Metadata = { title: "Companies" };

export default async function CompaniesPage({ searchParams }: PageInput) {
  const { api, viewer } = await openStaffPage();
  const list = readListState("/companies", await searchParams, COMPANY_LIST);
  const ask = (asked: typeof list, limit?: number) =>
    api.companies.list({ ...toListInput(asked), states: [...asked.filters], limit });
  const page = await orNotFound(ask(list));
  const { companies: counts } = await api.companies.count();
  const first = (await api.companies.list({ sort: "need", limit: 1 })).rows[0];
  return (
    <>
      <PageHead headline={companiesHeadline({ counts, first })} actions={<CreateCompanyLink role={viewer.role} />} />
      <ListCard
        title="Companies"
        state={list}
        sortWords={COMPANY_SORT_WORDS}
        searchLabel="Find a company"
        filters={[{ title: "State", choices: STATE_CHOICES }]}
      >
        <CompaniesTable
          rows={page.rows}
          list={list}
          nextHref={nextPageHref(list, page.nextCursor)}
          waysOut={await findWaysOut(list, page.rows, async (asked) => (await ask(asked, 1)).rows.length > 0)}
        />
      </ListCard>
    </>
  );
}
