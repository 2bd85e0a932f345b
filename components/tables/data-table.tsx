"use client";

import {
  type ColumnDef,
  createColumnHelper,
  createSortedRowModel,
  type RowData,
  rowSortingFeature,
  type SortingState,
  sortFn_alphanumeric,
  sortFn_basic,
  sortFn_datetime,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import Link from "next/link";
import { type ReactNode, useState } from "react";
import { formatCount } from "../format/format-bytes.ts";

interface ColumnLook {
  /** Figures stand at the right. */
  readonly align?: "right";
}

const columnLook: ColumnLook = {};

/** What every table of the portal can do. */
export const tableParts = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic, datetime: sortFn_datetime },
  columnMeta: columnLook,
});

type Parts = typeof tableParts;

/** Columns of one kind of row; call it once per table, outside the component. */
export function columnsOf<Row extends RowData>() {
  return createColumnHelper<Parts, Row>();
}

export interface DataTableProps<Row extends RowData> {
  /** Names the table for those who do not see it. */
  readonly label: string;
  readonly columns: ReadonlyArray<ColumnDef<Parts, Row>>;
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Address of the page behind this one; null when there is none. */
  readonly nextHref: string | null;
  /** Shown instead of rows. */
  readonly empty: ReactNode;
}

/** The one pattern of tables: real table, sort by header when every row is here, pages by key, own scrolling. */
export function DataTable<Row extends RowData>(props: DataTableProps<Row>) {
  const [sorting, setSorting] = useState<SortingState>([]);
  const table = useTable({
    features: tableParts,
    columns: props.columns,
    data: props.rows,
    getRowId: props.rowKey,
    state: { sorting },
    onSortingChange: setSorting,
    // Sorting a part of the rows would show an order that does not hold for the whole.
    enableSorting: props.nextHref === null,
  });
  if (props.rows.length === 0) return props.empty;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="overflow-x-auto border-t border-line" aria-label={props.label} tabIndex={0}>
        <table className="w-full border-collapse text-left">
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                {group.headers.map((header) => (
                  <HeaderCell
                    key={header.id}
                    isRight={header.column.columnDef.meta?.align === "right"}
                    direction={header.column.getIsSorted()}
                    onSort={header.column.getCanSort() ? header.column.getToggleSortingHandler() : undefined}
                  >
                    <table.FlexRender header={header} />
                  </HeaderCell>
                ))}
              </tr>
            ))}
          </thead>
          <tbody>
            {table.getRowModel().rows.map((row) => (
              <tr key={row.id} className="border-t border-line hover:bg-hover">
                {row.getAllCells().map((cell) => (
                  <td
                    key={cell.id}
                    className={`h-10 px-3 py-2 first:pl-4 last:pr-4 ${cell.column.columnDef.meta?.align === "right" ? "text-right" : ""}`}
                  >
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <TableFoot count={props.rows.length} nextHref={props.nextHref} />
    </>
  );
}

const ARIA_SORT = { asc: "ascending", desc: "descending" } as const;

function HeaderCell(props: {
  readonly isRight: boolean;
  readonly direction: false | "asc" | "desc";
  readonly onSort: ((event: unknown) => void) | undefined;
  readonly children: ReactNode;
}) {
  const sort = props.direction === false ? undefined : ARIA_SORT[props.direction];
  return (
    <th
      scope="col"
      aria-sort={sort}
      className={`h-9 px-3 text-small font-normal whitespace-nowrap text-ink-3 first:pl-4 last:pr-4 ${props.isRight ? "text-right" : ""}`}
    >
      {props.onSort === undefined ? (
        props.children
      ) : (
        <button type="button" onClick={props.onSort} className="min-h-6 rounded-key hover:text-ink">
          {props.children}
          {props.direction === false ? "" : props.direction === "asc" ? " ↑" : " ↓"}
        </button>
      )}
    </th>
  );
}

function TableFoot({ count, nextHref }: { readonly count: number; readonly nextHref: string | null }) {
  if (nextHref === null) return null;
  return (
    <p className="flex items-center justify-between border-t border-line px-4 py-2 text-small text-ink-2">
      Showing {formatCount(count)}, more follow
      <Link href={nextHref} className="rounded-key py-1 font-[560] text-accent hover:underline">
        Next page
      </Link>
    </p>
  );
}
