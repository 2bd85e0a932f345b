"use client";

import {
  type ColumnDef,
  createColumnHelper,
  type RowData,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import type { ReactNode } from "react";
import { HeaderCell, type SortLink } from "./header-cell.tsx";
import { type ListState, listHref } from "./list-state.ts";
import { TableFoot } from "./table-foot.tsx";

interface ColumnLook {
  /** Figures stand at the right. */
  readonly align?: "right";
}

const columnLook: ColumnLook = {};

/** Rows come sorted, filtered and paged from the database; the table knows the order in order to offer the next one. */
const tableParts = tableFeatures({ rowSortingFeature, columnMeta: columnLook });

type Parts = typeof tableParts;

/** Columns of one kind of row; call it once per table, outside the component. What can be sorted has the sort's name as its id. */
export function columnsOf<Row extends RowData>() {
  return createColumnHelper<Parts, Row>();
}

export interface DataTableProps<Row extends RowData> {
  /** Names the table for those who do not see it. */
  readonly label: string;
  readonly columns: ReadonlyArray<ColumnDef<Parts, Row>>;
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Order and page, where the reader can change them; undefined for a fixed few. */
  readonly list?: ListState | undefined;
  /** Address of the page behind this one; null when there is none. */
  readonly nextHref: string | null;
  /** Shown instead of rows. */
  readonly empty: ReactNode;
}

/** The one pattern of tables: real table, sort by header, pages by key, own scrolling. */
export function DataTable<Row extends RowData>(props: DataTableProps<Row>) {
  const { list } = props;
  const table = useTable({
    features: tableParts,
    columns: props.columns,
    data: props.rows,
    getRowId: props.rowKey,
    state: { sorting: list === undefined ? [] : [{ id: list.sort, desc: list.isDescending }] },
    manualSorting: true,
    enableSortingRemoval: false,
    enableSorting: list !== undefined,
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
                    link={header.column.getCanSort() ? sortLinkOf(list, header.column) : undefined}
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
      <TableFoot count={props.rows.length} list={list} nextHref={props.nextHref} />
    </>
  );
}

interface SortableColumn {
  readonly id: string;
  getIsSorted(): false | "asc" | "desc";
  getNextSortingOrder(): false | "asc" | "desc";
}

function sortLinkOf(list: ListState | undefined, column: SortableColumn): SortLink | undefined {
  if (list === undefined) return undefined;
  const isDescending = column.getNextSortingOrder() === "desc";
  return { direction: column.getIsSorted(), href: listHref(list, { sort: column.id, isDescending }) };
}
