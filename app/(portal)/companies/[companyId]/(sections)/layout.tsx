import type { ReactNode } from "react";
import { CompanyFigures } from "../../../../../components/companies/company-figures.tsx";
import { CompanyTabs } from "../../../../../components/companies/company-tabs.tsx";
import { InvitationCard } from "../../../../../components/companies/invitation-card.tsx";
import { OpenIncidents } from "../../../../../components/incidents/open-incidents.tsx";
import { LiveNote } from "../../../../../components/live/live-note.tsx";
import { RefreshWhenRunsChange } from "../../../../../components/live/refresh-when-runs-change.tsx";
import { machinesHeadline } from "../../../../../components/machines/machine-headline.ts";
import { openRunIds } from "../../../../../components/runs/run-list.ts";
import { Breadcrumb } from "../../../../../components/ui/breadcrumb.tsx";
import { PageHead } from "../../../../../components/ui/page-head.tsx";
import { openStaffPage, orNotFound } from "../../../../../server/api/page-session.ts";

interface CompanyLayoutInput {
  readonly params: Promise<{ readonly companyId: string }>;
  readonly children: ReactNode;
}

/** What is true of the company, over each of its parts. */
export default async function CompanyLayout({ params, children }: CompanyLayoutInput) {
  const { api, viewer } = await openStaffPage();
  const { companyId } = await params;
  const company = await orNotFound(api.companies.get({ companyId }));
  const invitation = company.state === "invited" ? await api.companies.invitation({ companyId }) : null;
  const first = (await api.machines.list({ companyId, sort: "need", limit: 1 })).rows[0];
  const open = await api.runs.list({ companyId, outcomes: ["running"] });
  const zones = await api.zones.list({});
  const watermarks = (await api.zones.watermarks({ companyId })).rows[0];
  return (
    <>
      <RefreshWhenRunsChange shown={openRunIds(open.rows)} companyId={company.companyId} />
      <Breadcrumb path={[{ href: "/companies", word: "Companies" }]} here={company.name} />
      <PageHead
        headline={machinesHeadline({ counts: company.machineStates, first })}
        proof={
          company.state === "invited" ? "The owner is invited and has not made the company's keys yet." : company.name
        }
        actions={<LiveNote />}
      />
      {invitation === null ? null : (
        <InvitationCard
          companyId={companyId}
          companyName={company.name}
          invitation={invitation}
          canRenew={viewer.role !== "auditor"}
        />
      )}
      <OpenIncidents
        counts={await api.incidents.count({ companyId: company.companyId })}
        href={`/incidents?${new URLSearchParams({ q: company.name })}`}
      />
      <CompanyFigures company={company} zones={zones.zones} watermarks={watermarks} />
      <CompanyTabs companyId={company.companyId} />
      {children}
    </>
  );
}
