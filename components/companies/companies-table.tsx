"use client";

import type { CompanyView } from "../../contracts/companies.ts";
import { Bytes } from "../format/bytes.tsx";
import { formatCount } from "../format/format-bytes.ts";
import { Ago, Moment } from "../format/moment.tsx";
import { StatusMark } from "../status/status-mark.tsx";
import { CellLink } from "../tables/cell-link.tsx";
import { columnsOf, DataTable } from "../tables/data-table.tsx";
import { isPart, type ListState } from "../tables/list-state.ts";
import { NoMatch } from "../tables/no-match.tsx";
import type { WayOut } from "../tables/ways-out.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { companyStatus } from "./company-status.ts";

const column = columnsOf<CompanyView>();

const COLUMNS = column.columns([
  column.accessor((company) => companyStatus(company).rank, {
    id: "need",
    header: "State",
    sortDescFirst: false,
    cell: ({ row }) => {
      const { status, detail } = companyStatus(row.original);
      return <StatusMark status={status} detail={detail} />;
    },
  }),
  column.accessor("name", {
    header: "Company",
    cell: ({ row }) => (
      <CellLink
        href={`/companies/${row.original.companyId}`}
        note={row.original.state === "invited" ? "The owner has not made the keys yet" : undefined}
      >
        {row.original.name}
      </CellLink>
    ),
  }),
  column.accessor("machineCount", {
    id: "machines",
    header: "Machines",
    meta: { align: "right" },
    cell: (cell) => formatCount(cell.getValue()),
  }),
  column.accessor("snapshotCount", {
    id: "snapshots",
    header: "Snapshots",
    meta: { align: "right" },
    cell: (cell) => formatCount(cell.getValue()),
  }),
  column.accessor("storedBytes", {
    id: "stored",
    header: "Stored",
    meta: { align: "right" },
    cell: (cell) => <Bytes bytes={cell.getValue()} />,
  }),
  column.accessor((company) => company.lastSnapshotAt?.getTime() ?? 0, {
    id: "lastSnapshot",
    header: "Last snapshot",
    cell: ({ row: { original } }) =>
      original.lastSnapshotAt === null ? (
        <span className="text-ink-3">none yet</span>
      ) : (
        <span className="whitespace-nowrap">
          <Moment at={original.lastSnapshotAt} />
          <span className="ml-2 text-small text-ink-3">
            <Ago at={original.lastSnapshotAt} />
          </span>
        </span>
      ),
  }),
]);

interface CompaniesTableProps {
  readonly rows: readonly CompanyView[];
  /** Absent for a fixed few. */
  readonly list?: ListState;
  readonly nextHref: string | null;
  readonly waysOut?: readonly WayOut[];
}

export function CompaniesTable({ rows, list, nextHref, waysOut = [] }: CompaniesTableProps) {
  return (
    <DataTable
      label="Companies"
      columns={COLUMNS}
      rows={rows}
      rowKey={(company) => company.companyId}
      list={list}
      nextHref={nextHref}
      empty={
        list !== undefined && isPart(list) ? (
          <NoMatch state={list} what="companies" waysOut={waysOut} />
        ) : (
          <EmptyState title="No company yet">
            <p>
              Create one and send its owner the invitation. The owner makes the keys, and the first machine follows.
            </p>
          </EmptyState>
        )
      }
    />
  );
}
