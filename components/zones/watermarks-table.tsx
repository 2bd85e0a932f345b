"use client";

import type { CompanyWatermarksView } from "../../contracts/zones.ts";
import { formatCount } from "../format/format-bytes.ts";
import { formatDuration } from "../format/format-duration.ts";
import { ZonePairMark } from "../status/zone-pair.tsx";
import { CellLink } from "../tables/cell-link.tsx";
import { columnsOf, DataTable } from "../tables/data-table.tsx";
import { isPart, type ListState } from "../tables/list-state.ts";
import { NoMatch } from "../tables/no-match.tsx";
import type { WayOut } from "../tables/ways-out.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { watermarkBlock } from "./watermark-block.ts";

const column = columnsOf<CompanyWatermarksView>();

function zoneColumn(index: number) {
  return column.accessor((company) => company.zones[index]?.watermark ?? 0, {
    id: `zone${index + 1}`,
    header: `Watermark, zone ${index + 1}`,
    enableSorting: false,
    meta: { align: "right" },
    cell: ({ row: { original } }) => <Watermark company={original} index={index} />,
  });
}

const COLUMNS = column.columns([
  column.accessor("companyName", {
    id: "name",
    header: "Company",
    cell: ({ row: { original } }) => (
      <CellLink href={`/companies/${original.companyId}`}>{original.companyName}</CellLink>
    ),
  }),
  column.accessor("headCommit", {
    id: "commits",
    header: "Newest commit",
    meta: { align: "right" },
    cell: (cell) => formatCount(cell.getValue()),
  }),
  zoneColumn(0),
  zoneColumn(1),
  column.accessor((company) => lagOf(company), {
    id: "behind",
    header: "RPO",
    sortDescFirst: false,
    cell: ({ row: { original } }) => <Rpo company={original} />,
  }),
]);

interface WatermarksTableProps {
  readonly rows: readonly CompanyWatermarksView[];
  readonly list: ListState;
  readonly nextHref: string | null;
  readonly waysOut: readonly WayOut[];
}

export function WatermarksTable({ rows, list, nextHref, waysOut }: WatermarksTableProps) {
  return (
    <DataTable
      label="Watermarks per company"
      columns={COLUMNS}
      rows={rows}
      rowKey={(company) => company.companyId}
      list={list}
      nextHref={nextHref}
      empty={
        isPart(list) ? (
          <NoMatch state={list} what="companies" waysOut={waysOut} />
        ) : (
          <EmptyState title="No company yet">
            <p>Each company's watermark in each zone stands here once it exists.</p>
          </EmptyState>
        )
      }
    />
  );
}

function lagOf(company: CompanyWatermarksView): number {
  return Math.max(0, ...company.zones.map((zone) => zone.lagMs));
}

function Watermark({ company, index }: { readonly company: CompanyWatermarksView; readonly index: number }) {
  const zone = company.zones[index];
  if (zone === undefined) return <span className="text-ink-3">no such zone</span>;
  return (
    <span className="whitespace-nowrap">
      {formatCount(zone.watermark)} of {formatCount(company.headCommit)}
    </span>
  );
}

/** What would be missing if one zone were lost now; in words, beside the mark. */
function Rpo({ company }: { readonly company: CompanyWatermarksView }) {
  if (company.headCommit === 0) return <span className="text-ink-3">nothing stored yet</span>;
  const behind = company.zones.reduce((most, zone) => Math.max(most, zone.behindCount), 0);
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <ZonePairMark left={watermarkBlock(company, 0, [])} right={watermarkBlock(company, 1, [])} />
      {behind === 0
        ? "all in both"
        : `${formatDuration(lagOf(company))}, ${formatCount(behind)} ${behind === 1 ? "snapshot" : "snapshots"} to copy`}
    </span>
  );
}
