/** What one zone says before something is deleted. */
export interface ZoneEvidence {
  readonly zoneId: string;
  /** Greatest control term in it; null when it could not be read, or there is none. */
  readonly term: number | null;
  /** Code of the error that kept from reading, null when all could be read. */
  readonly errorCode: string | null;
  /** When the newest snapshot that the zone has a receipt of was received. */
  readonly newestReceiptAt: Date | null;
  /** The zone has a manifest under a commit number that the database never gave out. */
  readonly isAhead: boolean;
}

/** The clocks that there are. */
export interface ClockEvidence {
  readonly databaseNow: Date;
  /** Of this process's machine. */
  readonly hostNow: Date;
  /** By how much the database's clock has gone further than a clock that nobody can set, since this process began. */
  readonly driftMs: number;
}

export type DeletionHoldCode =
  | "zone_away"
  | "term_unknown"
  | "term_differs"
  | "zone_ahead"
  | "clock_jumped"
  | "journal_behind"
  /** A zone keeps an object for longer than the database knows. */
  | "zone_locked";

export interface DeletionHold {
  readonly code: DeletionHoldCode;
  readonly detail: string;
}

/** A clock that differs by more is wrong, or the other one is. */
const MAX_DIFFERENCE_MS = 10 * 60_000;

/**
 * Why nothing may be deleted now, or null. Decides; reads nothing. Every zone has to be there and to hold the control term of this service, because the zone
 * that cannot be asked may be the one whose side has taken over. A zone that is ahead of the database means that the database is an old one.
 */
export function findDeletionHold(
  zones: readonly ZoneEvidence[],
  clock: ClockEvidence,
  controlTerm: number,
): DeletionHold | null {
  if (zones.length === 0) return { code: "zone_away", detail: "there is no zone" };
  for (const zone of zones) {
    const hold = findZoneHold(zone, controlTerm);
    if (hold) return hold;
  }
  const { databaseNow, hostNow, driftMs } = clock;
  const behindHostMs = Math.abs(hostNow.getTime() - databaseNow.getTime());
  if (behindHostMs > MAX_DIFFERENCE_MS) {
    return { code: "clock_jumped", detail: `the clocks of database and worker differ by ${minutes(behindHostMs)}` };
  }
  if (Math.abs(driftMs) > MAX_DIFFERENCE_MS) {
    return { code: "clock_jumped", detail: `the database's clock jumped by ${minutes(driftMs)}` };
  }
  for (const { zoneId, newestReceiptAt } of zones) {
    const aheadMs = newestReceiptAt === null ? 0 : newestReceiptAt.getTime() - databaseNow.getTime();
    if (aheadMs > MAX_DIFFERENCE_MS) {
      const detail = `a receipt in ${zoneId} is ${minutes(aheadMs)} later than the database's clock`;
      return { code: "clock_jumped", detail };
    }
  }
  return null;
}

function findZoneHold(zone: ZoneEvidence, controlTerm: number): DeletionHold | null {
  const { zoneId, term, errorCode, isAhead } = zone;
  if (errorCode !== null) return { code: "zone_away", detail: `${zoneId}: ${errorCode}` };
  if (term === null) return { code: "term_unknown", detail: `${zoneId} holds no control term` };
  if (term !== controlTerm) {
    return {
      code: "term_differs",
      detail: `${zoneId} holds term ${term}, this service speaks for term ${controlTerm}`,
    };
  }
  if (isAhead) return { code: "zone_ahead", detail: `${zoneId} holds snapshots that the database does not know` };
  return null;
}

function minutes(durationMs: number): string {
  return `${Math.round(durationMs / 60_000)} min`;
}
