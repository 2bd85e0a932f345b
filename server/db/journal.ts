import { loadStatement } from "./statement.ts";
import type { Tx } from "./transaction.ts";

const OUTBOX_WRITE = loadStatement("outbox-write");
const AUDIT_WRITE = loadStatement("audit-write");

/** Plain figures, ids and hex: what the journal will carry to the zones. */
export type JournalPayload = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** The row that every transaction which changes something writes: what happened, for the journal. */
export async function writeOutbox(tx: Tx, companyId: string, kind: string, payload: JournalPayload): Promise<void> {
  await tx.run(OUTBOX_WRITE, [companyId, kind, JSON.stringify(payload)]);
}

export interface AuditWrite {
  readonly auditId: string;
  readonly personId: string | null;
  readonly action: string;
  readonly details: JournalPayload;
}

export async function writeAudit(tx: Tx, companyId: string, audit: AuditWrite): Promise<void> {
  await tx.run(AUDIT_WRITE, [companyId, audit.auditId, audit.personId, audit.action, JSON.stringify(audit.details)]);
}
