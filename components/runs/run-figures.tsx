import type { RunView } from "../../contracts/runs.ts";
import type { SnapshotView } from "../../contracts/snapshots.ts";
import { formatBytes, formatCount } from "../format/format-bytes.ts";
import { Moment } from "../format/moment.tsx";
import { outcomeStatus } from "../status/status.ts";
import { StatusMark } from "../status/status-mark.tsx";
import { ZonePair } from "../status/zone-pair.tsx";
import { zoneWord } from "../status/zone-word.ts";
import { FigureRow } from "../ui/card.tsx";
import { RunDuration } from "./run-duration.tsx";
import { RunStart } from "./run-start.tsx";

/** The facts of one run, each under its question. */
export function RunFigures({ run, snapshot }: { readonly run: RunView; readonly snapshot: SnapshotView | null }) {
  return (
    <FigureRow
      figures={[
        {
          label: "Outcome",
          value: <StatusMark status={outcomeStatus(run.outcome)} />,
          note: run.code === null ? undefined : <code className="font-mono">{run.code}</code>,
        },
        {
          label: run.outcome === "missed" ? "Due" : "Started",
          value: run.outcome === "missed" ? <Moment at={run.startedAt} /> : <RunStart run={run} />,
          note:
            run.outcome === "missed" ? undefined : (
              <>
                {run.endedAt === null ? "running for" : "took"} <RunDuration run={run} />
              </>
            ),
        },
        {
          label: "Read",
          value: formatBytes(run.progress.bytes),
          note: `${formatCount(run.progress.files)} ${run.progress.files === 1 ? "document" : "documents"}`,
        },
        { label: "Sent", value: formatBytes(run.progress.storedBytes), note: "deduped, compressed, sealed" },
        {
          label: "Copies",
          value: snapshot === null ? "no snapshot" : <ZonePair copies={snapshot.copies} />,
          note: run.outcome === "missed" ? undefined : `written to ${zoneWord(run.zoneId)}`,
        },
        ...(snapshot === null
          ? []
          : [
              {
                label: "Snapshot",
                value: <code className="font-mono text-small break-all">{snapshot.snapshotId}</code>,
                note: `commit ${formatCount(snapshot.commit)}`,
              },
            ]),
      ]}
    />
  );
}
