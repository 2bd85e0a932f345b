import type { PolicyName, PolicyRow, PolicyStore } from "../domain/store/policy-store.ts";
import { MAX_PAGE_ROWS, StoreError } from "../domain/store/store.ts";
import { newId } from "../platform/ids.ts";
import { type JournalPayload, writeAudit, writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import {
  type RetentionRecord,
  retentionValues,
  type ScheduleRecord,
  schedulePayload,
  scheduleValues,
  toRetentionRow,
  toScheduleRow,
} from "./pg-setting-rows.ts";
import { loadStatement, type Statement } from "./statement.ts";
import { PROVIDER_ID, type Tx, withCompany, withProvider } from "./transaction.ts";

const POLICY_INSERT = loadStatement("policy-insert");
const POLICY_RENAME = loadStatement("policy-rename");
const POLICY_DELETE = loadStatement("policy-delete");
const POLICY_FIND = loadStatement("policy-find");
const POLICIES_LIST = loadStatement("policies-list");
const POLICY_COMPANIES = loadStatement("policy-companies");
const POLICY_SCHEDULE_PUT = loadStatement("policy-schedule-put");
const POLICY_RETENTION_PUT = loadStatement("policy-retention-put");
const COMPANY_POLICY_FIND = loadStatement("company-policy-find");
const COMPANY_POLICY_PUT = loadStatement("company-policy-put");

export function createPgPolicyStore(database: PgDatabase): PolicyStore {
  const ofProvider = <Result>(work: (tx: Tx) => Promise<Result>) => withCompany(database, PROVIDER_ID, work);
  const put = (statement: Statement, { policyId, byPersonId, values, payload }: SettingsPut) =>
    ofProvider(async (tx) => {
      if ((await tx.run(statement, [policyId, ...values])) === 0) return "subject_unknown" as const;
      await record(tx, PROVIDER_ID, { action: "policy_changed", byPersonId, details: { policyId, ...payload } });
      return "stored" as const;
    });
  return {
    createPolicy: ({ policyId, name, byPersonId }) =>
      ofProvider(async (tx) => {
        if ((await tx.run(POLICY_INSERT, [policyId, name])) === 0) {
          return (await findPolicyName(tx, policyId))?.name === name ? "created" : "name_taken";
        }
        await record(tx, PROVIDER_ID, { action: "policy_created", byPersonId, details: { policyId, name } });
        return "created";
      }),
    renamePolicy: ({ policyId, name, byPersonId }) =>
      ofProvider(async (tx) => {
        if ((await findPolicyName(tx, policyId)) === null) return "not_found";
        if ((await tx.run(POLICY_RENAME, [policyId, name])) === 0) return "name_taken";
        await record(tx, PROVIDER_ID, { action: "policy_renamed", byPersonId, details: { policyId, name } });
        return "renamed";
      }),
    removePolicy: async ({ policyId, byPersonId }) => {
      try {
        return await ofProvider(async (tx) => {
          if ((await tx.run(POLICY_DELETE, [policyId])) === 0) return "not_found";
          await record(tx, PROVIDER_ID, { action: "policy_removed", byPersonId, details: { policyId } });
          return "removed";
        });
      } catch (error) {
        // Companies refer to it.
        if (error instanceof StoreError && error.code === "not_found") return "in_use";
        throw error;
      }
    },
    findPolicy: (policyId) => ofProvider((tx) => findPolicy(tx, policyId)),
    listPolicies: async () => {
      const read = (tx: Tx) => tx.rows<PolicyNameRecord & { companies: number }>(POLICIES_LIST, [MAX_PAGE_ROWS]);
      return (await withProvider(database, read)).map((row) => ({ ...toName(row), companies: row.companies }));
    },
    listPolicyCompanies: async (policyId) => {
      const values = [policyId, MAX_PAGE_ROWS];
      const read = (tx: Tx) => tx.rows<{ company_id: string; name: string }>(POLICY_COMPANIES, values);
      return (await withProvider(database, read)).map(({ company_id: companyId, name }) => ({ companyId, name }));
    },
    putPolicySchedule: ({ settings, ...change }) =>
      put(POLICY_SCHEDULE_PUT, { ...change, values: scheduleValues(settings), payload: schedulePayload(settings) }),
    putPolicyRetention: ({ settings, ...change }) =>
      put(POLICY_RETENTION_PUT, { ...change, values: retentionValues(settings), payload: { ...settings } }),
    ...createAssignments(database),
  };
}

function createAssignments(database: PgDatabase): Pick<PolicyStore, "findCompanyPolicy" | "assignPolicy"> {
  return {
    findCompanyPolicy: (companyId) =>
      withCompany(database, companyId, async (tx) => {
        const [row] = await tx.rows<CompanyPolicyRecord>(COMPANY_POLICY_FIND, [companyId]);
        return row === undefined || row.policy_id === null ? null : { policyId: row.policy_id, name: row.name ?? "" };
      }),
    assignPolicy: async (companyId, { policyId, byPersonId }) => {
      // A company sees no policy but its own. Should this one be timed anew meanwhile, that moment counts in any case.
      const timing = policyId === null ? "" : await readTiming(database, policyId);
      try {
        return await withCompany(database, companyId, async (tx) => {
          if ((await tx.run(COMPANY_POLICY_PUT, [companyId, policyId, timing])) === 0) {
            const [row] = await tx.rows<CompanyPolicyRecord>(COMPANY_POLICY_FIND, [companyId]);
            return row === undefined ? "not_found" : "assigned";
          }
          await record(tx, companyId, { action: "policy_assigned", byPersonId, details: { policyId } });
          return "assigned";
        });
      } catch (error) {
        if (error instanceof StoreError && error.code === "not_found") return "not_found";
        throw error;
      }
    },
  };
}

/** As in company-policy-put. */
async function readTiming(database: PgDatabase, policyId: string): Promise<string> {
  const policy = await withCompany(database, PROVIDER_ID, (tx) => findPolicy(tx, policyId));
  const timing = policy?.schedule.settings.timing;
  return timing ? `${timing.cron} ${timing.timeZone}` : "";
}

async function findPolicy(tx: Tx, policyId: string): Promise<PolicyRow | null> {
  const [row] = await tx.rows<PolicyRecord>(POLICY_FIND, [policyId]);
  if (!row) return null;
  const settled = { ...row, level: "policy", subject_id: policyId } as const;
  const { subject_id: _, ...retention } = settled;
  return { policyId, name: row.name, schedule: toScheduleRow(settled), retention: toRetentionRow(retention) };
}

interface PolicyNameRecord {
  readonly policy_id: string;
  readonly name: string;
}

interface CompanyPolicyRecord {
  readonly policy_id: string | null;
  readonly name: string | null;
}

type PolicyRecord = PolicyNameRecord & Omit<ScheduleRecord, "level" | "subject_id"> & Omit<RetentionRecord, "level">;

interface SettingsPut {
  readonly policyId: string;
  readonly byPersonId: string;
  readonly values: readonly unknown[];
  readonly payload: JournalPayload;
}

interface PolicyEvent {
  readonly action: string;
  readonly byPersonId: string;
  readonly details: JournalPayload;
}

function toName({ policy_id: policyId, name }: PolicyNameRecord): PolicyName {
  return { policyId, name };
}

async function findPolicyName(tx: Tx, policyId: string): Promise<PolicyName | null> {
  const [row] = await tx.rows<PolicyNameRecord>(POLICY_FIND, [policyId]);
  return row ? toName(row) : null;
}

async function record(tx: Tx, companyId: string, { action, byPersonId, details }: PolicyEvent): Promise<void> {
  await writeAudit(tx, companyId, { auditId: newId(), personId: byPersonId, action, details });
  await writeOutbox(tx, companyId, action, details);
}
