"use client";

import type { FindingView } from "../../contracts/scrubs.ts";
import { Bytes } from "../format/bytes.tsx";
import { Ago, Moment } from "../format/moment.tsx";
import { FINDING_STATUS } from "../status/status.ts";
import { StatusMark } from "../status/status-mark.tsx";
import { CellLink } from "../tables/cell-link.tsx";
import { columnsOf, DataTable } from "../tables/data-table.tsx";
import { isPart, type ListState } from "../tables/list-state.ts";
import { NoMatch } from "../tables/no-match.tsx";
import type { WayOut } from "../tables/ways-out.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { findingCodeWord, findingKindWord, shortObjectName } from "./finding-words.ts";
import { TouchedSnapshots } from "./touched-snapshots.tsx";

const column = columnsOf<FindingView>();

const COLUMNS = column.columns([
  column.accessor("state", {
    id: "need",
    header: "State",
    cell: ({ row: { original } }) => <StatusMark status={FINDING_STATUS[original.state]} />,
  }),
  column.accessor("companyName", {
    id: "company",
    header: "Company",
    cell: ({ row: { original } }) => (
      <CellLink href={`/companies/${original.companyId}`}>{original.companyName}</CellLink>
    ),
  }),
  column.accessor("objectName", {
    id: "object",
    header: "Object",
    enableSorting: false,
    cell: ({ row: { original } }) => (
      <span className="block whitespace-nowrap" title={original.objectName}>
        {findingKindWord(original.kind)}
        <code className="block font-mono text-small text-ink-3">{shortObjectName(original.objectName)}</code>
      </span>
    ),
  }),
  column.accessor("sizeBytes", {
    id: "size",
    header: "Size",
    enableSorting: false,
    meta: { align: "right" },
    cell: (cell) => <Bytes bytes={cell.getValue()} />,
  }),
  column.accessor("code", {
    id: "code",
    header: "What was wrong",
    enableSorting: false,
    cell: ({ row: { original } }) => (
      <span className="block whitespace-nowrap">
        zone {original.zoneOrdinal}: {findingCodeWord(original.code)}
      </span>
    ),
  }),
  column.accessor((finding) => finding.foundAt.getTime(), {
    id: "found",
    header: "Found",
    cell: ({ row: { original } }) => <Found finding={original} />,
  }),
  column.display({
    id: "touched",
    header: "Snapshots that reach it",
    cell: ({ row: { original } }) => <TouchedSnapshots finding={original} />,
  }),
]);

interface FindingsTableProps {
  readonly rows: readonly FindingView[];
  /** Absent for a fixed few. */
  readonly list?: ListState;
  readonly nextHref: string | null;
  readonly waysOut?: readonly WayOut[];
}

export function FindingsTable({ rows, list, nextHref, waysOut = [] }: FindingsTableProps) {
  return (
    <DataTable
      label="Bad copies that were found"
      columns={COLUMNS}
      rows={rows}
      rowKey={(finding) => finding.findingId}
      list={list}
      nextHref={nextHref}
      empty={
        list !== undefined && isPart(list) ? (
          <NoMatch state={list} what="findings" waysOut={waysOut} />
        ) : (
          <EmptyState title="No bad copy was ever found">
            <p>
              Each copy that is read and found bad, by scrubbing or by a restore, stands here with the snapshots that
              reach it.
            </p>
          </EmptyState>
        )
      }
    />
  );
}

function Found({ finding: { foundAt, healedAt } }: { readonly finding: FindingView }) {
  return (
    <span className="block">
      <Moment at={foundAt} />
      <span className="block text-small whitespace-nowrap text-ink-3">
        {healedAt === null ? (
          <Ago at={foundAt} />
        ) : (
          <>
            healed <Moment at={healedAt} />
          </>
        )}
      </span>
    </span>
  );
}
