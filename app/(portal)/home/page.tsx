import type { Metadata } from "next";
import { CompanyFigures } from "../../../components/companies/company-figures.tsx";
import { machinesHeadline } from "../../../components/machines/machine-headline.ts";
import { MachinesTable } from "../../../components/machines/machines-table.tsx";
import { Card } from "../../../components/ui/card.tsx";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { openMemberPage } from "../../../server/api/page-session.ts";

export const metadata: Metadata = { title: "Am I safe?" };

export default async function HomePage() {
  const { api, viewer } = await openMemberPage();
  const company = await api.companies.get({ companyId: viewer.companyId });
  const machines = await api.machines.list({});
  const zones = await api.zones.list({});
  return (
    <>
      <PageHead
        headline={machinesHeadline(machines.rows, machines.nextCursor === null)}
        proof="Every snapshot is sealed on your machine before it leaves it. Only your company can open it."
      />
      <CompanyFigures company={company} watermarks={zones.companies[0]} zones={zones.zones} />
      <Card title="Machines">
        <MachinesTable
          rows={machines.rows}
          nextHref={machines.nextCursor === null ? null : "/machines"}
          audience="member"
        />
      </Card>
    </>
  );
}
