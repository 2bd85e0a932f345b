import type { CompanySort } from "../../contracts/companies.ts";
import type { IncidentSort } from "../../contracts/incidents.ts";
import type { MachineSort } from "../../contracts/machines.ts";
import type { PersonSort } from "../../contracts/people.ts";
import type { FindingSort } from "../../contracts/scrubs.ts";
import type { WatermarkSort } from "../../contracts/zones.ts";
import { type OrderColumn, orderedList } from "./ordered-list.ts";
import type { IncidentRecord } from "./pg-incident-rows.ts";
import type { CompanyRecord, CompanyWatermarksRecord, MachineRecord, PersonRecord } from "./pg-read-rows.ts";
import type { FindingRecord } from "./pg-scrub-rows.ts";
import { loadStatement, type Statement } from "./statement.ts";

/** The columns by which tables are ordered; memory/memory-lists.ts says the same in TypeScript. */
const LAST_SNAPSHOT: OrderColumn = { sql: epochMs("last_snapshot_at", "0"), type: "bigint" };
/** Ids begin with their time, so the id alone orders by creation. */
const BY_ID: OrderColumn = { sql: "0", type: "bigint" };
/** The state first, the worst before; then the moment of the last snapshot, which has 13 digits until the year 2286. */
const NEED: OrderColumn = {
  sql: `array_position(array['failed', 'gaps', 'never', 'running', 'protected'], state) * 10000000000000 + ${LAST_SNAPSHOT.sql}`,
  type: "bigint",
};
const NAME: OrderColumn = { sql: "lower(name)", type: "text" };
const COMPANY: OrderColumn = { sql: "coalesce(lower(company_name), '')", type: "text" };
const SNAPSHOTS: OrderColumn = { sql: "snapshots", type: "bigint" };
/** Behind every moment that a clock shows: who lacks nothing comes last. */
const NOTHING_MISSING = "9000000000000000";

export const readCompanies = orderedList<CompanySort, CompanyRecord>({
  name: "list-companies",
  parameters: 3,
  id: "company_id",
  columns: {
    created: BY_ID,
    need: NEED,
    name: NAME,
    machines: { sql: "machines", type: "bigint" },
    snapshots: SNAPSHOTS,
    stored: { sql: "stored_bytes", type: "bigint" },
    lastSnapshot: LAST_SNAPSHOT,
  },
});

/** The rows of that list, counted; the planner leaves out what is not counted. */
export const COUNT_STATES: Statement = {
  name: "count-states",
  text: `select state, count(*) as companies, sum(protected)::bigint as protected, sum(gaps)::bigint as gaps,
  sum(failed)::bigint as failed, sum(running)::bigint as running, sum(never)::bigint as never
from (${loadStatement("list-companies").text}) as companies group by state`,
};

export const readMachines = orderedList<MachineSort, MachineRecord>({
  name: "list-machines",
  parameters: 4,
  id: "machine_id",
  columns: {
    created: BY_ID,
    need: NEED,
    name: NAME,
    company: COMPANY,
    snapshots: SNAPSHOTS,
    bytes: { sql: "coalesce(bytes, 0)", type: "bigint" },
    lastSnapshot: LAST_SNAPSHOT,
  },
});

export const readPeople = orderedList<PersonSort, PersonRecord>({
  name: "list-people",
  parameters: 3,
  id: "person_id",
  columns: {
    email: { sql: "email", type: "text" },
    role: { sql: "role", type: "text" },
    company: COMPANY,
    created: { sql: epochMs("created_at", "0"), type: "bigint" },
  },
});

export const readWatermarks = orderedList<WatermarkSort, CompanyWatermarksRecord>({
  name: "list-watermarks",
  parameters: 2,
  id: "company_id",
  columns: {
    behind: { sql: epochMs("missing_since", NOTHING_MISSING), type: "bigint" },
    name: NAME,
    commits: { sql: "last_commit", type: "bigint" },
  },
});

/** What came last comes first, going up; moments have 13 digits. */
const newestFirst = (column: string) => `9999999999999 - ${epochMs(column, "0")}`;

export const readFindings = orderedList<FindingSort, FindingRecord>({
  name: "list-findings",
  parameters: 3,
  id: "finding_id",
  columns: {
    need: {
      sql: `array_position(array['lost', 'open', 'healed', 'gone'], state) * 10000000000000 + ${newestFirst("found_at")}`,
      type: "bigint",
    },
    found: { sql: newestFirst("found_at"), type: "bigint" },
    company: COMPANY,
  },
});

export const readIncidents = orderedList<IncidentSort, IncidentRecord>({
  name: "list-incidents",
  parameters: 4,
  id: "incident_id",
  columns: {
    need: {
      sql: `array_position(array['open', 'acknowledged', 'closed'], state) * 10000000000000 + ${newestFirst("opened_at")}`,
      type: "bigint",
    },
    opened: { sql: newestFirst("opened_at"), type: "bigint" },
    company: COMPANY,
  },
});

function epochMs(column: string, absent: string): string {
  return `coalesce((extract(epoch from ${column}) * 1000)::bigint, ${absent})`;
}
