import type { Metadata } from "next";
import { CompanyFigures } from "../../../../components/companies/company-figures.tsx";
import { machinesHeadline } from "../../../../components/machines/machine-headline.ts";
import { MachinesTable } from "../../../../components/machines/machines-table.tsx";
import { RunsTable } from "../../../../components/runs/runs-table.tsx";
import { Breadcrumb } from "../../../../components/ui/breadcrumb.tsx";
import { Card } from "../../../../components/ui/card.tsx";
import { cursorOf, nextHref } from "../../../../components/ui/next-href.ts";
import { PageHead } from "../../../../components/ui/page-head.tsx";
import { openStaffPage, orNotFound } from "../../../../server/api/page-session.ts";
import type { PageInput } from "../../../page-input.ts";

export const metadata: Metadata = { title: "Company" };

const RUNS_SHOWN = 10;

export default async function CompanyPage({ params, searchParams }: PageInput<"companyId">) {
  const { api } = await openStaffPage();
  const { companyId } = await params;
  const cursor = cursorOf(await searchParams);
  const company = await orNotFound(api.companies.get({ companyId }));
  const machines = await orNotFound(api.machines.list({ companyId, cursor }));
  const runs = await api.runs.list({ companyId, limit: RUNS_SHOWN });
  const zones = await api.zones.list({});
  const isAll = machines.nextCursor === null && cursor === undefined;
  return (
    <>
      <Breadcrumb path={[{ href: "/companies", word: "Companies" }]} here={company.name} />
      <PageHead
        headline={machinesHeadline(machines.rows, isAll)}
        proof={
          company.state === "invited" ? "The owner is invited and has not made the company's keys yet." : company.name
        }
      />
      <CompanyFigures
        company={company}
        zones={zones.zones}
        watermarks={zones.companies.find((candidate) => candidate.companyId === company.companyId)}
      />
      <Card title="Machines">
        <MachinesTable
          rows={machines.rows}
          nextHref={nextHref(`/companies/${companyId}`, machines.nextCursor)}
          audience="staff"
        />
      </Card>
      <Card title="Runs" note="newest first">
        <RunsTable rows={runs.rows} nextHref={null} />
      </Card>
    </>
  );
}
