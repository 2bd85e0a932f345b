import type { Metadata } from "next";
import { AskedForConsent } from "../../../components/collectors/asked-for-consent.tsx";
import { sealedWhere } from "../../../components/collectors/sealed-where.ts";
import { CompanyFigures } from "../../../components/companies/company-figures.tsx";
import { OpenIncidents } from "../../../components/incidents/open-incidents.tsx";
import { RefreshWhenRunsChange } from "../../../components/live/refresh-when-runs-change.tsx";
import { machinesHeadline } from "../../../components/machines/machine-headline.ts";
import { openRunIdsOf } from "../../../components/machines/machine-list.ts";
import { MachinesTable } from "../../../components/machines/machines-table.tsx";
import { RestoreLink } from "../../../components/shell/restore-link.tsx";
import { NEED_FIRST } from "../../../components/tables/sort-words.ts";
import { Card } from "../../../components/ui/card.tsx";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { openMemberPage } from "../../../server/api/page-session.ts";

export const metadata: Metadata = { title: "Am I safe?" };

export default async function HomePage() {
  const { api, viewer } = await openMemberPage();
  const company = await api.companies.get({ companyId: viewer.companyId });
  const machines = await api.machines.list({ sort: "need" });
  const zones = await api.zones.list({});
  const { collectors } = await api.collectors.list({});
  return (
    <>
      <RefreshWhenRunsChange shown={openRunIdsOf(machines.rows)} companyId={viewer.companyId} />
      <PageHead
        headline={machinesHeadline({ counts: company.machineStates, first: machines.rows[0] })}
        proof={sealedWhere(collectors)}
        actions={<RestoreLink />}
      />
      {viewer.role === "owner" ? <AskedForConsent collectors={collectors} /> : null}
      <OpenIncidents counts={await api.incidents.count({})} href="/incidents" />
      <CompanyFigures company={company} watermarks={zones.companies[0]} zones={zones.zones} />
      <Card title="Machines" note={NEED_FIRST[0]}>
        <MachinesTable
          rows={machines.rows}
          nextHref={machines.nextCursor === null ? null : "/machines"}
          sight="member"
        />
      </Card>
    </>
  );
}
