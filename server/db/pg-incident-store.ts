import type { IncidentKind } from "../../contracts/incidents.ts";
import type { IncidentPatience, IncidentStore, JudgedIncidents } from "../domain/store/incident-store.ts";
import { newId } from "../platform/ids.ts";
import { writeAudit, writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { type IncidentRecord, toIncidentRow } from "./pg-incident-rows.ts";
import { readIncidents } from "./pg-lists.ts";
import { loadStatement } from "./statement.ts";
import { PROVIDER_ID, type Tx, withCompany, withProvider } from "./transaction.ts";

const COMPANIES_TO_JUDGE = loadStatement("companies-to-judge");
const INCIDENT_CAUSES = loadStatement("incident-causes");
const INCIDENTS_CLOSE_OVER = loadStatement("incidents-close-over");
const INCIDENT_SET = loadStatement("incident-set");
const INCIDENTS_SEEN = loadStatement("incidents-seen");
const INCIDENT_ACKNOWLEDGE = loadStatement("incident-acknowledge");
const INCIDENTS_COUNT = loadStatement("incidents-count");
const LIST_INCIDENTS = loadStatement("list-incidents");
const INCIDENT_FIND = {
  name: "incident-find",
  text: `select * from (${LIST_INCIDENTS.text}) as found where incident_id = $5`,
};

const MAX_COMPANIES = 1_000;

export function createPgIncidentStore(database: PgDatabase): IncidentStore {
  const within = <Result>(companyId: string | null, read: (tx: Tx) => Promise<Result>) =>
    companyId === null ? withProvider(database, read) : withCompany(database, companyId, read);
  return {
    listCompaniesToJudge: () =>
      withProvider(database, async (tx) => {
        const rows = await tx.rows<{ company_id: string }>(COMPANIES_TO_JUDGE, [MAX_COMPANIES]);
        return rows.map((row) => row.company_id);
      }),
    judgeIncidents: (companyId, patience) => {
      const owner = companyId ?? PROVIDER_ID;
      return withCompany(database, owner, (tx) => judge(tx, owner, patience));
    },
    acknowledgeIncident: (companyId, { incidentId, note, byPersonId }) => {
      const owner = companyId ?? PROVIDER_ID;
      return withCompany(database, owner, async (tx) => {
        if ((await tx.run(INCIDENT_ACKNOWLEDGE, [owner, incidentId, byPersonId, note])) === 0) return "not_open";
        const details = { incidentId };
        const audit = { auditId: newId(), personId: byPersonId, action: "incident_acknowledged", details };
        await writeAudit(tx, owner, audit);
        await writeOutbox(tx, owner, "incident_acknowledged", details);
        return "acknowledged";
      });
    },
    listIncidents: async (companyId, request) => {
      const base = [companyId, request.search ?? null, request.states, request.kinds];
      const rows = await within(companyId, (tx) => readIncidents(tx, base, request));
      return rows.map((row) => ({ ...toIncidentRow(row), position: row.position }));
    },
    findIncident: async (companyId, incidentId) => {
      const values = [companyId, null, [], [], incidentId];
      const rows = await within(companyId, (tx) => tx.rows<IncidentRecord>(INCIDENT_FIND, values));
      return rows.map(toIncidentRow)[0] ?? null;
    },
    countOpenIncidents: async (companyId) => {
      const read = (tx: Tx) => tx.rows<{ open: number; acknowledged: number }>(INCIDENTS_COUNT, [companyId]);
      const [counts] = await within(companyId, read);
      return counts ?? { open: 0, acknowledged: 0 };
    },
  };
}

interface Cause {
  readonly kind: IncidentKind;
  readonly subject: string;
  readonly code: string;
  readonly count: number;
}

async function judge(
  tx: Tx,
  owner: string,
  { awayMs, behindMs, freezeMs }: IncidentPatience,
): Promise<JudgedIncidents> {
  const causes = await tx.rows<Cause>(INCIDENT_CAUSES, [owner, awayMs, behindMs, freezeMs]);
  const closed = await tx.run(INCIDENTS_CLOSE_OVER, [
    owner,
    causes.map(({ kind }) => kind),
    causes.map(({ subject }) => subject),
  ]);
  const opened: IncidentKind[] = [];
  for (const { kind, subject, code, count } of causes) {
    const [set] = await tx.rows<{ is_new: boolean }>(INCIDENT_SET, [owner, kind, subject, code, count]);
    if (set?.is_new) opened.push(kind);
  }
  await tx.run(INCIDENTS_SEEN, [owner]);
  if (opened.length + closed > 0) await writeOutbox(tx, owner, "incidents_judged", { opened, closed });
  return { opened, closed };
}
