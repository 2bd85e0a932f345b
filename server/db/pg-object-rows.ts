import type { ZoneObject } from "../domain/store/commit-store.ts";
import type { CopyRow } from "../domain/store/pack-store.ts";
import type { MissingObject, ObjectRow } from "../domain/store/zone-store.ts";
import { toBytes } from "./pg-key-objects.ts";

/** A row of presence-suspect-objects. */
export interface ObjectRecord {
  readonly object_key: string;
  readonly kind: ZoneObject["kind"];
  readonly size_bytes: number;
  readonly sha256: Buffer;
}

/** A row of object-find. */
export interface CopiedObjectRecord extends ObjectRecord {
  readonly locked_until: Date | null;
  readonly copies: readonly CopyRow[];
}

/** A row of objects-missing. */
export interface MissingObjectRecord extends CopiedObjectRecord {
  readonly bytes: Buffer | null;
}

export function toZoneObject({ object_key, kind, size_bytes, sha256 }: ObjectRecord): ZoneObject {
  return { objectKey: object_key, kind, sizeBytes: size_bytes, sha256: toBytes(sha256) };
}

export function toObjectRow(row: CopiedObjectRecord): ObjectRow {
  return { ...toZoneObject(row), lockedUntil: row.locked_until, copies: row.copies };
}

export function toMissingObject(row: MissingObjectRecord): MissingObject {
  return { ...toObjectRow(row), bytes: row.bytes === null ? null : toBytes(row.bytes) };
}
