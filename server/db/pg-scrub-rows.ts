import type { FindingKind, FindingState } from "../../contracts/scrubs.ts";
import type { FindingRow, ScrubPlace, ScrubRound } from "../domain/store/scrub-store.ts";

/** A row of scrub-round-find. */
export interface RoundRecord {
  readonly started_at: Date;
  readonly cursor: string;
  readonly read_bytes: number;
  readonly left_bytes: number;
  readonly counted_at: Date;
  readonly last_full_at: Date | null;
}

/** A row of list-findings. */
export interface FindingRecord {
  readonly company_id: string;
  readonly company_name: string;
  readonly finding_id: string;
  readonly zone_id: string;
  readonly zone_ordinal: number;
  readonly kind: FindingKind;
  readonly object_name: string;
  readonly size_bytes: number;
  readonly code: string;
  readonly found_at: Date;
  readonly healed_at: Date | null;
  readonly is_exact: boolean;
  readonly touched: number | null;
  readonly newest: readonly TouchedRecord[] | null;
  readonly state: FindingState;
}

interface TouchedRecord {
  readonly snapshotId: string;
  readonly machineId: string;
  readonly machineName: string;
  readonly receivedAtMs: number;
}

export function toScrubRound(row: RoundRecord): ScrubRound {
  const { started_at: startedAt, read_bytes: readBytes, left_bytes: leftBytes } = row;
  const { counted_at: countedAt, last_full_at: lastFullAt } = row;
  return { startedAt, place: parsePlace(row.cursor), readBytes, leftBytes, countedAt, lastFullAt };
}

export function encodePlace({ phase, after }: ScrubPlace): string {
  return `${phase}:${after}`;
}

function parsePlace(text: string): ScrubPlace {
  const [, phase, after = ""] = /^(objects|packs):(.*)$/.exec(text) ?? [];
  if (phase === "objects") return { phase, after };
  if (phase === "packs" && /^\d+$/.test(after)) return { phase, after: Number(after) };
  throw new Error(`${text} is no place of a round`);
}

export function toFindingRow(row: FindingRecord): FindingRow {
  const newest = (row.newest ?? []).map(({ receivedAtMs, ...snapshot }) => ({
    ...snapshot,
    receivedAt: new Date(receivedAtMs),
  }));
  return {
    companyId: row.company_id,
    companyName: row.company_name,
    findingId: row.finding_id,
    zoneId: row.zone_id,
    zoneOrdinal: row.zone_ordinal,
    kind: row.kind,
    objectName: row.object_name,
    sizeBytes: row.size_bytes,
    code: row.code,
    foundAt: row.found_at,
    healedAt: row.healed_at,
    state: row.state,
    touched: row.touched === null ? null : { count: row.touched, isExact: row.is_exact, newest },
  };
}
