"use client";

import type { RunView } from "../../contracts/runs.ts";
import { Bytes } from "../format/bytes.tsx";
import { formatCount } from "../format/format-bytes.ts";
import { useLiveRuns } from "../live/live-provider.tsx";
import { sourceLabel } from "../machines/source-label.ts";
import { outcomeStatus } from "../status/status.ts";
import { StatusMark } from "../status/status-mark.tsx";
import { CellLink } from "../tables/cell-link.tsx";
import { columnsOf, DataTable } from "../tables/data-table.tsx";
import { isPart, type ListState } from "../tables/list-state.ts";
import { NoMatch } from "../tables/no-match.tsx";
import type { WayOut } from "../tables/ways-out.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { RunDuration } from "./run-duration.tsx";
import { RunStart } from "./run-start.tsx";

const column = columnsOf<RunView>();

const COLUMNS = column.columns([
  column.accessor((run) => run.outcome ?? "", {
    id: "state",
    enableSorting: false,
    header: "State",
    cell: ({ row: { original } }) => <StatusMark status={outcomeStatus(original.outcome)} />,
  }),
  column.accessor((run) => run.machineName, {
    id: "machine",
    enableSorting: false,
    header: "Machine",
    cell: ({ row: { original } }) => (
      <CellLink href={`/runs/${original.runId}`} note={`${original.companyName}, ${sourceLabel(original)}`}>
        {original.machineName}
      </CellLink>
    ),
  }),
  column.accessor((run) => run.startedAt.getTime(), {
    id: "started",
    header: "Started",
    enableSorting: false,
    cell: ({ row: { original } }) => <RunStart run={original} />,
  }),
  column.display({
    id: "duration",
    header: "Took",
    meta: { align: "right" },
    cell: ({ row: { original } }) => (original.outcome === "missed" ? null : <RunDuration run={original} />),
  }),
  column.accessor((run) => run.progress.files, {
    id: "files",
    enableSorting: false,
    header: "Documents",
    meta: { align: "right" },
    cell: (cell) => formatCount(cell.getValue()),
  }),
  column.accessor((run) => run.progress.bytes, {
    id: "bytes",
    enableSorting: false,
    header: "Read",
    meta: { align: "right" },
    cell: (cell) => <Bytes bytes={cell.getValue()} />,
  }),
  column.accessor((run) => run.progress.storedBytes, {
    id: "storedBytes",
    enableSorting: false,
    header: "Sent",
    meta: { align: "right" },
    cell: (cell) => <Bytes bytes={cell.getValue()} />,
  }),
]);

interface RunsTableProps {
  readonly rows: readonly RunView[];
  /** Absent for a fixed few. */
  readonly list?: ListState;
  readonly nextHref: string | null;
  readonly waysOut?: readonly WayOut[];
}

export function RunsTable({ rows, list, nextHref, waysOut = [] }: RunsTableProps) {
  return (
    <DataTable
      label="Runs, newest first"
      columns={COLUMNS}
      rows={useLiveRuns(rows)}
      rowKey={(run) => run.runId}
      list={list}
      nextHref={nextHref}
      empty={
        list !== undefined && isPart(list) ? (
          <NoMatch state={list} what="runs" waysOut={waysOut} />
        ) : (
          <EmptyState title="No run yet">
            <p>A run stands here as soon as an agent starts its first backup.</p>
          </EmptyState>
        )
      }
    />
  );
}
