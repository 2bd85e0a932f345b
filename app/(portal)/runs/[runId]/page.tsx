import type { Metadata } from "next";
import { RunPage } from "../../../../components/runs/run-page.tsx";
import { openStaffPage, orNotFound } from "../../../../server/api/page-session.ts";
import type { PageInput } from "../../../page-input.ts";

export const metadata: Metadata = { title: "Run" };

export default async function StaffRunPage({ params }: PageInput<"runId">) {
  const { api } = await openStaffPage();
  const run = await orNotFound(api.runs.get({ runId: (await params).runId }));
  const snapshot = run.snapshotId === null ? null : await orNotFound(api.snapshots.get({ snapshotId: run.snapshotId }));
  return <RunPage run={run} snapshot={snapshot} />;
}
