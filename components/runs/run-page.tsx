"use client";

import type { RunView } from "../../contracts/runs.ts";
import type { SnapshotView } from "../../contracts/snapshots.ts";
import { LiveNote } from "../live/live-note.tsx";
import { useLiveRuns } from "../live/live-provider.tsx";
import { RefreshWhenRunsChange } from "../live/refresh-when-runs-change.tsx";
import { Breadcrumb } from "../ui/breadcrumb.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { RunFigures } from "./run-figures.tsx";
import { runHeadline } from "./run-headline.ts";

/** One run: while it is open its figures go on by themselves; when it ends the page loads what came of it. */
export function RunPage({ run, snapshot }: { readonly run: RunView; readonly snapshot: SnapshotView | null }) {
  const [now = run] = useLiveRuns([run]);
  return (
    <>
      {run.endedAt === null ? <RefreshWhenRunsChange shown={[run.runId]} companyId={run.companyId} /> : null}
      <Breadcrumb path={[{ href: "/runs", word: "Runs" }]} here={run.machineName} />
      <PageHead
        headline={runHeadline(now, snapshot)}
        proof={run.companyName}
        actions={run.endedAt === null ? <LiveNote /> : undefined}
      />
      <RunFigures run={now} snapshot={snapshot} />
    </>
  );
}
