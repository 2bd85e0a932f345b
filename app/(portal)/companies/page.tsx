import type { Metadata } from "next";
import { companiesHeadline } from "../../../components/companies/companies-headline.ts";
import { CompaniesTable } from "../../../components/companies/companies-table.tsx";
import { Card } from "../../../components/ui/card.tsx";
import { cursorOf, nextHref } from "../../../components/ui/next-href.ts";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { openStaffPage, orNotFound } from "../../../server/api/page-session.ts";
import type { PageInput } from "../../page-input.ts";

export const metadata: Metadata = { title: "Companies" };

export default async function CompaniesPage({ searchParams }: PageInput) {
  const { api } = await openStaffPage();
  const cursor = cursorOf(await searchParams);
  const page = await orNotFound(api.companies.list({ cursor }));
  return (
    <>
      <PageHead headline={companiesHeadline(page.rows, page.nextCursor === null && cursor === undefined)} />
      <Card title="Companies" note="oldest first">
        <CompaniesTable rows={page.rows} nextHref={nextHref("/companies", page.nextCursor)} />
      </Card>
    </>
  );
}
