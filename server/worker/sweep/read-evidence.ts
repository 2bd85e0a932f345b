import { toHex } from "../../../engine/codec/hex.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import type { DeletionFacts } from "../../domain/store/sweep-store.ts";
import type { ZoneRow } from "../../domain/store/zone-store.ts";
import type { ClockEvidence, ZoneEvidence } from "../../domain/sweep/find-deletion-hold.ts";
import { receiptObjectKey, snapshotsPrefixAfter } from "../../domain/zone/object-keys.ts";
import type { ZoneHandle } from "../../domain/zone/zone-set.ts";
import { readControlTerm } from "../../zones/control-term.ts";

/** Our receipts have about 350 bytes. */
const MAX_RECEIPT_BYTES = 4_096;

/** Compares the database's clock, over the life of this process, with one that nobody can set. */
export class DriftWatch {
  readonly #monotonicMs: () => number;
  #first: { readonly databaseMs: number; readonly monotonicMs: number } | null = null;

  constructor(monotonicMs: () => number = () => performance.now()) {
    this.#monotonicMs = monotonicMs;
  }

  driftMs(databaseNow: Date): number {
    const now = { databaseMs: databaseNow.getTime(), monotonicMs: this.#monotonicMs() };
    this.#first ??= now;
    return now.databaseMs - this.#first.databaseMs - (now.monotonicMs - this.#first.monotonicMs);
  }
}

export interface EvidenceOptions {
  readonly deps: Pick<DomainDeps, "store" | "zones">;
  /** Of this process's machine. */
  readonly now: () => Date;
  readonly drift: DriftWatch;
}

/** Asks every zone and every clock what has to be known before something of a company is deleted. Never throws for a zone. */
export async function readEvidence(
  { deps, now, drift }: EvidenceOptions,
  companyId: string,
): Promise<{ readonly zones: readonly ZoneEvidence[]; readonly clock: ClockEvidence }> {
  const facts = await deps.store.readDeletionFacts(companyId);
  // The clocks are compared at once: a process that stands still before it looks at its own hides by how much they differ.
  const clock = { databaseNow: facts.now, hostNow: now(), driftMs: drift.driftMs(facts.now) };
  // What the database counts as a zone is asked, too, where this process was not told how to reach it: nothing is deleted then.
  const absent = (await deps.store.listZones())
    .filter(({ zoneId }) => deps.zones.find(zoneId) === null)
    .map(unknownZone);
  const asked = deps.zones.all().map((zone) => askZone(deps, companyId, { zone, facts }));
  return { zones: [...(await Promise.all(asked)), ...absent], clock };
}

function unknownZone({ zoneId }: ZoneRow): ZoneEvidence {
  return { zoneId, term: null, errorCode: "not_configured", newestReceiptAt: null, isAhead: false };
}

interface AskedZone {
  readonly zone: ZoneHandle;
  readonly facts: DeletionFacts;
}

async function askZone(
  deps: EvidenceOptions["deps"],
  companyId: string,
  { zone, facts }: AskedZone,
): Promise<ZoneEvidence> {
  const { zoneId, backup } = zone;
  try {
    const term = await readControlTerm(backup);
    const newestReceiptAt = await readNewestReceipt(zone, companyId, facts);
    const isAhead = await hasUnknownSnapshots(deps, companyId, { zone, facts });
    return { zoneId, term, errorCode: null, newestReceiptAt, isAhead };
  } catch (error) {
    if (!(error instanceof ZoneError)) throw error;
    return { zoneId, term: null, errorCode: error.code, newestReceiptAt: null, isAhead: false };
  }
}

async function readNewestReceipt(
  { backup }: ZoneHandle,
  companyId: string,
  { newestSnapshot }: DeletionFacts,
): Promise<Date | null> {
  if (newestSnapshot === null) return null;
  const key = receiptObjectKey(companyId, newestSnapshot.commit, toHex(newestSnapshot.manifestSha256));
  const found = await backup.find(key);
  // What is not copied yet, or is no receipt, says nothing about clocks; replication and the checks of copies look after it.
  if (found === null || found.sizeBytes > MAX_RECEIPT_BYTES) return null;
  const parts: Uint8Array[] = [];
  for await (const part of await backup.get(key)) parts.push(part);
  const receivedAt = /"receivedAt":"([0-9TZ:.-]+)"/.exec(Buffer.concat(parts).toString())?.[1];
  const at = new Date(receivedAt ?? "");
  return Number.isNaN(at.getTime()) ? null : at;
}

/** A number is given out before its manifest is stored: so whatever is found is compared with what is given out afterwards. */
async function hasUnknownSnapshots(
  { store }: EvidenceOptions["deps"],
  companyId: string,
  { zone, facts }: AskedZone,
): Promise<boolean> {
  const { prefix, after } = snapshotsPrefixAfter(companyId, facts.nextCommit - 1);
  const found = await zone.backup.list(prefix, { after, limit: 1_000 });
  const last = found.at(-1);
  if (!last) return false;
  const commit = Number(last.key.slice(prefix.length, prefix.length + 12));
  const { nextCommit } = await store.readDeletionFacts(companyId);
  return !(commit < nextCommit);
}
