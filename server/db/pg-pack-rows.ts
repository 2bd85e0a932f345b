import type { PackRow } from "../domain/store/pack-store.ts";
import { StoreError } from "../domain/store/store.ts";

/** A row of packs-list, packs-of-run and packs-missing. */
export interface PackRecord {
  readonly pack_id: string;
  readonly pack_no: number;
  readonly kind: PackRow["packKind"];
  readonly scope: number;
  readonly size_bytes: number;
  readonly directory_offset: number;
  readonly directory_size: number;
  readonly state: PackRow["state"];
  readonly machine_id: string;
  readonly run_id: string;
  readonly tier: PackRow["tier"];
  readonly locked_until: Date | null;
  readonly copies: PackRow["copies"];
}

export function toPackRow(row: PackRecord): PackRow {
  return {
    packId: row.pack_id,
    packKind: row.kind,
    scope: row.scope,
    sizeBytes: row.size_bytes,
    directoryOffset: row.directory_offset,
    directorySizeBytes: row.directory_size,
    state: row.state,
    machineId: row.machine_id,
    runId: row.run_id,
    tier: row.tier,
    lockedUntil: row.locked_until,
    copies: row.copies,
  };
}

/** @throws StoreError `invalid` unless 64 hex digits */
export function packIdBytes(packId: string): Buffer {
  if (!/^[0-9a-f]{64}$/.test(packId)) throw new StoreError("invalid", "a pack's id is 64 hex digits");
  return Buffer.from(packId, "hex");
}
