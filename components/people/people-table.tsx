"use client";

import type { PersonView } from "../../contracts/people.ts";
import { Moment } from "../format/moment.tsx";
import { CellLink } from "../tables/cell-link.tsx";
import { columnsOf, DataTable } from "../tables/data-table.tsx";
import { isPart, type ListState } from "../tables/list-state.ts";
import { NoMatch } from "../tables/no-match.tsx";
import type { WayOut } from "../tables/ways-out.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { ROLES } from "./roles.ts";

const column = columnsOf<PersonView>();

const EMAIL = column.accessor("email", {
  header: "Person",
  cell: (cell) => <span className="font-[560]">{cell.getValue()}</span>,
});
const ROLE = column.accessor("role", {
  header: "Role",
  cell: (cell) => (
    <span className="block">
      {ROLES[cell.getValue()].word}
      <span className="block text-small whitespace-nowrap text-ink-3">{ROLES[cell.getValue()].meaning}</span>
    </span>
  ),
});
const COMPANY = column.accessor((person) => person.companyName ?? "", {
  id: "company",
  header: "Company",
  cell: ({ row: { original } }) =>
    original.companyId === null ? (
      <span className="text-ink-3">staff</span>
    ) : (
      <CellLink href={`/companies/${original.companyId}/people`}>{original.companyName}</CellLink>
    ),
});
const SINCE = column.accessor((person) => person.createdAt.getTime(), {
  id: "created",
  header: "Since",
  cell: ({ row: { original } }) => <Moment at={original.createdAt} />,
});

const COLUMNS = {
  all: column.columns([EMAIL, ROLE, COMPANY, SINCE]),
  company: column.columns([EMAIL, ROLE, SINCE]),
};

interface PeopleTableProps {
  readonly rows: readonly PersonView[];
  readonly list: ListState;
  readonly nextHref: string | null;
  readonly waysOut: readonly WayOut[];
  /** Everybody, or one company's people. */
  readonly of: keyof typeof COLUMNS;
}

export function PeopleTable({ rows, list, nextHref, waysOut, of }: PeopleTableProps) {
  return (
    <DataTable
      label="People"
      columns={COLUMNS[of]}
      rows={rows}
      rowKey={(person) => person.personId}
      list={list}
      nextHref={nextHref}
      empty={
        isPart(list) ? (
          <NoMatch state={list} what="people" waysOut={waysOut} />
        ) : (
          <EmptyState title="Nobody yet">
            <p>The owner stands here once they have opened their invitation and made the company's keys.</p>
          </EmptyState>
        )
      }
    />
  );
}
