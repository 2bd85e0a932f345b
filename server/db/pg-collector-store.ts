import { type CollectorRow, type CollectorStore, MAX_OPEN_COLLECTORS } from "../domain/store/collector-store.ts";
import { MAX_PAGE_ROWS } from "../domain/store/store.ts";
import { newId } from "../platform/ids.ts";
import { type JournalPayload, writeAudit, writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { loadStatement } from "./statement.ts";
import { type Tx, withCompany, withProvider } from "./transaction.ts";

const COLLECTOR_INSERT = loadStatement("collector-insert");
const COLLECTORS_LIST = loadStatement("collectors-list");
const COLLECTORS_OPEN = loadStatement("collectors-open");
const COLLECTOR_CONSENT = loadStatement("collector-consent");
const COLLECTOR_END = loadStatement("collector-end");
const COLLECTOR_NOTE = loadStatement("collector-note");
const LINK_INSERT = loadStatement("collector-link-insert");
const LINK_FIND = loadStatement("collector-link-find");
const LINK_FORGET = loadStatement("collector-link-forget");

export function createPgCollectorStore(database: PgDatabase): CollectorStore {
  return {
    proposeCollector: (companyId, { collectorId, name, path, byPersonId }) =>
      withCompany(database, companyId, async (tx) => {
        if ((await tx.run(COLLECTOR_INSERT, [companyId, collectorId, name, path, byPersonId])) === 0) return;
        await record(tx, companyId, { action: "collector_proposed", byPersonId, details: { collectorId, name, path } });
      }),
    listCollectors: async (companyId) => {
      const read = (tx: Tx) => tx.rows<CollectorRecord>(COLLECTORS_LIST, [companyId, MAX_PAGE_ROWS]);
      return (await withCompany(database, companyId, read)).map(toCollector);
    },
    listOpenCollectors: async () => {
      const read = (tx: Tx) => tx.rows<CollectorRecord>(COLLECTORS_OPEN, [MAX_OPEN_COLLECTORS]);
      return (await withProvider(database, read)).map(toCollector);
    },
    consentCollector: (companyId, { collectorId, enrolmentId, link, byPersonId }) =>
      withCompany(database, companyId, async (tx) => {
        const changed = await tx.run(COLLECTOR_CONSENT, [companyId, collectorId, byPersonId, enrolmentId]);
        if (changed === 0) return "not_proposed";
        await tx.run(LINK_INSERT, [companyId, collectorId, link]);
        const details = { collectorId, enrolmentId };
        await record(tx, companyId, { action: "collector_consented", byPersonId, details });
        return "consented";
      }),
    endCollector: (companyId, { collectorId, byPersonId }) =>
      withCompany(database, companyId, async (tx) => {
        if ((await tx.run(COLLECTOR_END, [companyId, collectorId, byPersonId])) === 0) return "not_open";
        await tx.run(LINK_FORGET, [companyId, collectorId]);
        await record(tx, companyId, { action: "collector_ended", byPersonId, details: { collectorId } });
        return "ended";
      }),
    findCollectorLink: async (companyId, collectorId) => {
      const read = (tx: Tx) => tx.rows<{ link: string }>(LINK_FIND, [companyId, collectorId]);
      return (await withCompany(database, companyId, read))[0]?.link ?? null;
    },
    forgetCollectorLink: async (companyId, collectorId) => {
      await withCompany(database, companyId, (tx) => tx.run(LINK_FORGET, [companyId, collectorId]));
    },
    noteCollectorProblem: async (companyId, collectorId, problem) => {
      await withCompany(database, companyId, (tx) => tx.run(COLLECTOR_NOTE, [companyId, collectorId, problem]));
    },
  };
}

interface CollectorRecord {
  readonly company_id: string;
  readonly collector_id: string;
  readonly name: string;
  readonly path: string;
  readonly proposed_at: Date;
  readonly consented_at: Date | null;
  readonly ended_at: Date | null;
  readonly problem: string | null;
  readonly agent_id: string | null;
  readonly machine_id: string | null;
}

function toCollector(row: CollectorRecord): CollectorRow {
  const { agent_id: agentId, machine_id: machineId, name, path, problem } = row;
  return {
    companyId: row.company_id,
    collectorId: row.collector_id,
    name,
    path,
    proposedAt: row.proposed_at,
    consentedAt: row.consented_at,
    endedAt: row.ended_at,
    agent: agentId === null || machineId === null ? null : { agentId, machineId },
    problem,
  };
}

interface CollectorEvent {
  readonly action: "collector_proposed" | "collector_consented" | "collector_ended";
  readonly byPersonId: string;
  readonly details: JournalPayload;
}

async function record(tx: Tx, companyId: string, { action, byPersonId, details }: CollectorEvent): Promise<void> {
  await writeAudit(tx, companyId, { auditId: newId(), personId: byPersonId, action, details });
  await writeOutbox(tx, companyId, action, details);
}
