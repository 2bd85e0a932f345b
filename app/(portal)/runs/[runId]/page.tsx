import type { Metadata } from "next";
import { LiveRefresh } from "../../../../components/runs/live-refresh.tsx";
import { RunFigures } from "../../../../components/runs/run-figures.tsx";
import { runHeadline } from "../../../../components/runs/run-headline.ts";
import { Breadcrumb } from "../../../../components/ui/breadcrumb.tsx";
import { PageHead } from "../../../../components/ui/page-head.tsx";
import { openStaffPage, orNotFound } from "../../../../server/api/page-session.ts";
import type { PageInput } from "../../../page-input.ts";

export const metadata: Metadata = { title: "Run" };

export default async function RunPage({ params }: PageInput<"runId">) {
  const { api } = await openStaffPage();
  const run = await orNotFound(api.runs.get({ runId: (await params).runId }));
  const snapshot = run.snapshotId === null ? null : await orNotFound(api.snapshots.get({ snapshotId: run.snapshotId }));
  return (
    <>
      {run.endedAt === null ? <LiveRefresh /> : null}
      <Breadcrumb path={[{ href: "/runs", word: "Runs" }]} here={run.machineName} />
      <PageHead headline={runHeadline(run, snapshot)} proof={run.companyName} />
      <RunFigures run={run} snapshot={snapshot} />
    </>
  );
}
