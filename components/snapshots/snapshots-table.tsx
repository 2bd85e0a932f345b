"use client";

import type { SnapshotView } from "../../contracts/snapshots.ts";
import { KeptUntil } from "../archive/kept-until.tsx";
import { PlaceHold } from "../archive/place-hold.tsx";
import { Bytes } from "../format/bytes.tsx";
import { formatCount } from "../format/format-bytes.ts";
import { Ago, Moment } from "../format/moment.tsx";
import { sourceLabel } from "../machines/source-label.ts";
import { outcomeStatus } from "../status/status.ts";
import { StatusMark } from "../status/status-mark.tsx";
import { ZonePair } from "../status/zone-pair.tsx";
import { columnsOf, DataTable } from "../tables/data-table.tsx";
import { Command } from "../ui/command.tsx";
import { EmptyState } from "../ui/empty-state.tsx";

const column = columnsOf<SnapshotView>();

const COLUMNS = column.columns([
  column.accessor("outcome", {
    header: "State",
    cell: ({ row: { original } }) => (
      <StatusMark
        status={outcomeStatus(original.outcome)}
        detail={original.gaps > 0 ? formatCount(original.gaps) : undefined}
      />
    ),
  }),
  column.accessor((snapshot) => snapshot.receivedAt.getTime(), {
    id: "receivedAt",
    header: "Received",
    cell: ({ row: { original } }) => (
      <span className="block">
        <Moment at={original.receivedAt} />
        <span className="block text-small text-ink-3">
          <Ago at={original.receivedAt} />
        </span>
      </span>
    ),
  }),
  column.accessor((snapshot) => sourceLabel(snapshot), {
    id: "source",
    header: "Source",
    cell: (cell) => <span className="whitespace-nowrap">{cell.getValue()}</span>,
  }),
  column.display({
    id: "copies",
    header: "Copies",
    cell: ({ row: { original } }) => <ZonePair copies={original.copies} />,
  }),
  column.accessor((snapshot) => snapshot.frozen?.retainUntil.getTime() ?? 0, {
    id: "kept",
    header: "Kept",
    cell: ({ row: { original } }) => <KeptUntil snapshot={original} />,
  }),
  column.accessor("files", {
    header: "Documents",
    meta: { align: "right" },
    cell: (cell) => formatCount(cell.getValue()),
  }),
  column.accessor("bytes", {
    header: "Size",
    meta: { align: "right" },
    cell: (cell) => <Bytes bytes={cell.getValue()} />,
  }),
  column.accessor("snapshotId", {
    header: "Snapshot",
    enableSorting: false,
    cell: (cell) => <code className="font-mono text-small text-ink-2">{cell.getValue()}</code>,
  }),
]);

const HOLD_COLUMN = column.columns([
  column.display({
    id: "hold",
    header: "Hold",
    cell: ({ row: { original } }) => (original.isHeld ? "held" : <PlaceHold snapshot={original} />),
  }),
]);

interface SnapshotsTableProps {
  readonly rows: readonly SnapshotView[];
  readonly nextHref: string | null;
  readonly canHold: boolean;
}

export function SnapshotsTable(props: SnapshotsTableProps) {
  return (
    <DataTable
      label="Snapshots, newest first"
      columns={props.canHold ? [...COLUMNS, ...HOLD_COLUMN] : COLUMNS}
      rows={props.rows}
      rowKey={(snapshot) => snapshot.snapshotId}
      nextHref={props.nextHref}
      empty={
        <EmptyState title="No snapshot yet">
          <p>The first one stands here when a backup of this machine has ended.</p>
          <Command>holdfast agent backup PATH</Command>
        </EmptyState>
      }
    />
  );
}
