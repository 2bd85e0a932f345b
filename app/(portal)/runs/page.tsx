import type { Metadata } from "next";
import { LiveRefresh } from "../../../components/runs/live-refresh.tsx";
import { runsHeadline } from "../../../components/runs/runs-headline.ts";
import { RunsTable } from "../../../components/runs/runs-table.tsx";
import { Card } from "../../../components/ui/card.tsx";
import { cursorOf, nextHref } from "../../../components/ui/next-href.ts";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { openStaffPage, orNotFound } from "../../../server/api/page-session.ts";
import type { PageInput } from "../../page-input.ts";

export const metadata: Metadata = { title: "Runs" };

export default async function RunsPage({ searchParams }: PageInput) {
  const { api } = await openStaffPage();
  const page = await orNotFound(api.runs.list({ cursor: cursorOf(await searchParams) }));
  return (
    <>
      {page.rows.some((run) => run.endedAt === null) ? <LiveRefresh /> : null}
      <PageHead headline={runsHeadline(page.rows)} />
      <Card title="Runs" note="newest first">
        <RunsTable rows={page.rows} nextHref={nextHref("/runs", page.nextCursor)} />
      </Card>
    </>
  );
}
