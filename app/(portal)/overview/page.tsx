import type { Metadata } from "next";
import Link from "next/link";
import { CompaniesTable } from "../../../components/companies/companies-table.tsx";
import { companyStatus } from "../../../components/companies/company-status.ts";
import { lostHeadline } from "../../../components/findings/findings-headline.ts";
import { OpenIncidents } from "../../../components/incidents/open-incidents.tsx";
import { LiveNote } from "../../../components/live/live-note.tsx";
import { RefreshWhenRunsChange } from "../../../components/live/refresh-when-runs-change.tsx";
import { CompanyCounts } from "../../../components/overview/company-counts.tsx";
import { overviewHeadline, overviewProof } from "../../../components/overview/overview-headline.ts";
import { openRunIds } from "../../../components/runs/run-list.ts";
import { RunsTable } from "../../../components/runs/runs-table.tsx";
import { Card } from "../../../components/ui/card.tsx";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { ZoneCard } from "../../../components/zones/zone-card.tsx";
import { openStaffPage } from "../../../server/api/page-session.ts";

export const metadata: Metadata = { title: "Overview" };

const COMPANIES_SHOWN = 500;
const RUNS_READ = 500;
const ROWS_SHOWN = 8;

export default async function OverviewPage() {
  const { api } = await openStaffPage();
  const companies = await api.companies.list({ sort: "need", limit: COMPANIES_SHOWN });
  const runs = await api.runs.list({ limit: RUNS_READ });
  const zones = await api.zones.list({});
  const { companies: counts } = await api.companies.count();
  const lost = lostHeadline(await api.zones.scrubs({}));
  const needy = companies.rows.filter((company) => companyStatus(company).rank <= 2);
  return (
    <>
      <RefreshWhenRunsChange shown={openRunIds(runs.rows)} />
      <PageHead
        headline={[lost, overviewHeadline({ counts, first: companies.rows[0] }, zones.zones)].filter(Boolean).join(" ")}
        proof={overviewProof(runs.rows, new Date())}
        actions={<LiveNote />}
      />
      <OpenIncidents counts={await api.incidents.count({})} href="/incidents" />
      <CompanyCounts counts={counts} companies={companies.rows} />
      <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="grid gap-3">
          <Card
            title={needy.length === 0 ? "Companies" : "Needs you now"}
            note={needy.length === 0 ? undefined : "failed first"}
            aside={
              <Link href="/companies" className="rounded-key py-1 font-[560] text-accent hover:underline">
                All companies
              </Link>
            }
          >
            <CompaniesTable rows={(needy.length === 0 ? companies.rows : needy).slice(0, ROWS_SHOWN)} nextHref={null} />
          </Card>
          <Card
            title="Runs"
            note="newest first"
            aside={
              <Link href="/runs" className="rounded-key py-1 font-[560] text-accent hover:underline">
                All runs
              </Link>
            }
          >
            <RunsTable rows={runs.rows.slice(0, ROWS_SHOWN)} nextHref={null} />
          </Card>
        </div>
        <div className="grid gap-3">
          {zones.zones.map((zone) => (
            <ZoneCard key={zone.zoneId} zone={zone} />
          ))}
        </div>
      </div>
    </>
  );
}
