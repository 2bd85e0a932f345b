"use client";

import type { MachineView } from "../../contracts/machines.ts";
import { Bytes } from "../format/bytes.tsx";
import { formatCount } from "../format/format-bytes.ts";
import { Ago, Moment } from "../format/moment.tsx";
import { MACHINE_STATUS } from "../status/status.ts";
import { StatusMark } from "../status/status-mark.tsx";
import { ZonePair } from "../status/zone-pair.tsx";
import { CellLink } from "../tables/cell-link.tsx";
import { columnsOf, DataTable } from "../tables/data-table.tsx";
import { isPart, type ListState } from "../tables/list-state.ts";
import { NoMatch } from "../tables/no-match.tsx";
import type { WayOut } from "../tables/ways-out.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { machineHref } from "./machine-href.ts";

const column = columnsOf<MachineView>();

const RANK = { failed: 0, gaps: 1, never: 2, running: 3, protected: 4 } as const;

const STATE = column.accessor((machine) => RANK[machine.state], {
  id: "need",
  header: "State",
  sortDescFirst: false,
  cell: ({ row: { original } }) => <StatusMark status={MACHINE_STATUS[original.state]} detail={gapsOf(original)} />,
});

const FIGURES = [
  column.accessor((machine) => machine.lastSnapshot?.receivedAt.getTime() ?? 0, {
    id: "lastSnapshot",
    header: "Last snapshot",
    cell: ({ row: { original } }) => <LastSnapshot machine={original} />,
  }),
  column.display({
    id: "copies",
    header: "Copies",
    cell: ({ row: { original } }) =>
      original.lastSnapshot === null ? null : <ZonePair copies={original.lastSnapshot.copies} />,
  }),
  column.accessor((machine) => machine.lastSnapshot?.files ?? 0, {
    id: "files",
    header: "Documents",
    enableSorting: false,
    meta: { align: "right" },
    cell: ({ row: { original } }) => (original.lastSnapshot === null ? "" : formatCount(original.lastSnapshot.files)),
  }),
  column.accessor((machine) => machine.lastSnapshot?.bytes ?? 0, {
    id: "bytes",
    header: "Size",
    meta: { align: "right" },
    cell: ({ row: { original } }) =>
      original.lastSnapshot === null ? "" : <Bytes bytes={original.lastSnapshot.bytes} />,
  }),
  column.accessor("snapshotCount", {
    id: "snapshots",
    header: "Snapshots",
    meta: { align: "right" },
    cell: (cell) => formatCount(cell.getValue()),
  }),
];

/** One company's machines, as its own people see them. */
const MEMBER_COLUMNS = column.columns([STATE, nameColumn("member"), ...FIGURES]);
/** One company's machines, as staff see them. */
const STAFF_COLUMNS = column.columns([STATE, nameColumn("staff"), ...FIGURES]);
/** The machines of every company. */
const FLEET_COLUMNS = column.columns([
  STATE,
  nameColumn("staff"),
  column.accessor("companyName", {
    id: "company",
    header: "Company",
    cell: ({ row: { original } }) => (
      <CellLink href={`/companies/${original.companyId}`}>{original.companyName}</CellLink>
    ),
  }),
  ...FIGURES,
]);
const COLUMNS = { member: MEMBER_COLUMNS, staff: STAFF_COLUMNS, fleet: FLEET_COLUMNS };

function nameColumn(audience: "staff" | "member") {
  return column.accessor("name", {
    header: "Machine",
    cell: ({ row: { original } }) => (
      <CellLink
        href={machineHref(original, audience)}
        note={`${formatCount(original.sourceCount)} ${original.sourceCount === 1 ? "source" : "sources"}`}
      >
        {original.name}
      </CellLink>
    ),
  });
}

interface MachinesTableProps {
  readonly rows: readonly MachineView[];
  /** Absent for a fixed few. */
  readonly list?: ListState;
  readonly nextHref: string | null;
  readonly waysOut?: readonly WayOut[];
  /** Who looks, and whether at one company or at all of them. */
  readonly sight: keyof typeof COLUMNS;
}

export function MachinesTable({ rows, list, nextHref, waysOut = [], sight }: MachinesTableProps) {
  return (
    <DataTable
      label="Machines"
      columns={COLUMNS[sight]}
      rows={rows}
      rowKey={(machine) => machine.machineId}
      list={list}
      nextHref={nextHref}
      empty={
        list !== undefined && isPart(list) ? (
          <NoMatch state={list} what="machines" waysOut={waysOut} />
        ) : (
          <EmptyState title="No machine yet">
            <p>
              {sight === "member"
                ? "An owner makes a link, one command on the machine uses it, and the first backup can start."
                : "An owner of the company makes a link for each machine; only they can."}
            </p>
          </EmptyState>
        )
      }
    />
  );
}

function LastSnapshot({ machine }: { readonly machine: MachineView }) {
  if (machine.lastSnapshot === null) return <span className="text-ink-3">none yet</span>;
  return (
    <span className="block">
      <Moment at={machine.lastSnapshot.receivedAt} />
      <span className="block text-small text-ink-3">
        <Ago at={machine.lastSnapshot.receivedAt} />
      </span>
    </span>
  );
}

function gapsOf(machine: MachineView): string | undefined {
  return machine.state === "gaps" && machine.lastSnapshot !== null ? formatCount(machine.lastSnapshot.gaps) : undefined;
}
