import type { CompanySort } from "../../../../contracts/companies.ts";
import { INCIDENT_STATES, type IncidentSort } from "../../../../contracts/incidents.ts";
import type { MachineSort } from "../../../../contracts/machines.ts";
import type { PersonSort } from "../../../../contracts/people.ts";
import { FINDING_STATES, type FindingSort } from "../../../../contracts/scrubs.ts";
import type { WatermarkSort } from "../../../../contracts/zones.ts";
import type { IncidentRow } from "../incident-store.ts";
import type { Listed, ListPosition, ListRequest } from "../list-order.ts";
import type { FindingRow } from "../scrub-store.ts";
import type { CompanyRow, CompanyWatermarksRow, MachineRow, PersonSummary } from "../store-reads.ts";

type Columns<Row, Sort extends string> = Readonly<Record<Sort, (row: Row) => string | number>>;

/** The columns by which tables are ordered; pg-lists.ts says the same in SQL. */
const STATES = ["failed", "gaps", "never", "running", "protected"];
const NOTHING_MISSING = 9_000_000_000_000_000;

const lastSnapshotOf = (row: { readonly lastSnapshotAt: Date | null }): number => row.lastSnapshotAt?.getTime() ?? 0;
const needOf = (row: { readonly state: string; readonly lastSnapshotAt: Date | null }): number =>
  (STATES.indexOf(row.state) + 1) * 10_000_000_000_000 + lastSnapshotOf(row);

export const COMPANY_COLUMNS: Columns<CompanyRow, CompanySort> = {
  created: () => 0,
  need: needOf,
  name: (row) => row.name.toLowerCase(),
  machines: (row) => row.machines,
  snapshots: (row) => row.snapshots,
  stored: (row) => row.storedBytes,
  lastSnapshot: lastSnapshotOf,
};

export const MACHINE_COLUMNS: Columns<MachineRow, MachineSort> = {
  created: () => 0,
  need: needOf,
  name: (row) => row.name.toLowerCase(),
  company: (row) => row.companyName.toLowerCase(),
  snapshots: (row) => row.snapshots,
  bytes: (row) => row.newestSnapshot?.counts.bytes ?? 0,
  lastSnapshot: lastSnapshotOf,
};

export const PERSON_COLUMNS: Columns<PersonSummary, PersonSort> = {
  email: (row) => row.email,
  role: (row) => row.role,
  company: (row) => row.companyName?.toLowerCase() ?? "",
  created: (row) => row.createdAt.getTime(),
};

export const WATERMARK_COLUMNS: Columns<CompanyWatermarksRow, WatermarkSort> = {
  behind: ({ zones }) =>
    Math.min(NOTHING_MISSING, ...zones.map((zone) => zone.missingSince?.getTime() ?? NOTHING_MISSING)),
  name: (row) => row.companyName.toLowerCase(),
  commits: (row) => row.lastCommit,
};

/** What came last comes first, going up. */
const newestFirst = (at: Date): number => 9_999_999_999_999 - at.getTime();

export const FINDING_COLUMNS: Columns<FindingRow, FindingSort> = {
  need: (row) => (FINDING_STATES.indexOf(row.state) + 1) * 10_000_000_000_000 + newestFirst(row.foundAt),
  found: (row) => newestFirst(row.foundAt),
  company: (row) => row.companyName.toLowerCase(),
};

export const INCIDENT_COLUMNS: Columns<IncidentRow, IncidentSort> = {
  need: (row) => (INCIDENT_STATES.indexOf(row.state) + 1) * 10_000_000_000_000 + newestFirst(row.openedAt),
  opened: (row) => newestFirst(row.openedAt),
  company: (row) => row.companyName?.toLowerCase() ?? "",
};

/** One page of rows; see [Note: Ordered lists]. */
export function pageOf<Row, Sort extends string>(
  rows: readonly Row[],
  { columns, id }: { readonly columns: Columns<Row, Sort>; readonly id: (row: Row) => string },
  { sort, isDescending, after, limit }: ListRequest<Sort>,
): Listed<Row>[] {
  const sign = isDescending ? -1 : 1;
  return rows
    .map((row) => ({ ...row, position: { value: columns[sort](row), id: id(row) } }))
    .filter((row) => after === undefined || sign * comparePositions(row.position, after) > 0)
    .toSorted((a, b) => sign * comparePositions(a.position, b.position))
    .slice(0, limit);
}

/** Whether one of these names holds what was searched for, in any case. */
export function isFound(search: string | undefined, ...names: readonly (string | null)[]): boolean {
  return search === undefined || names.some((name) => name?.toLowerCase().includes(search.toLowerCase()) ?? false);
}

function comparePositions(a: ListPosition, b: ListPosition): number {
  return compareValues(a.value, b.value) || compareValues(a.id, b.id);
}

/** Texts by their bytes, as the database compares them. */
function compareValues(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}
