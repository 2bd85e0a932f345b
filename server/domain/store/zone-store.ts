import type { ZoneObject } from "./commit-store.ts";
import type { CopyRow, PackRow, PresenceState } from "./pack-store.ts";

export type ZoneState = "healthy" | "unreachable" | "catching_up";

export interface ZoneRow {
  readonly zoneId: string;
  /** 1 is preferred. */
  readonly ordinal: number;
  readonly zoneKind: "fs" | "s3" | "memory";
  readonly state: ZoneState;
  readonly probedAt: Date | null;
  readonly probe: ZoneProbe | null;
}

export interface ZoneProbe {
  readonly state: ZoneState;
  readonly latencyMs: number;
  readonly freeBytes: number | null;
  readonly totalBytes: number | null;
  /** Code of the last error, null when all went well. */
  readonly errorCode: string | null;
}

export interface Watermark {
  readonly companyId: string;
  readonly zoneId: string;
  /** Greatest commit number up to which every snapshot is present; 0 before the first. */
  readonly commit: number;
  readonly movedAt: Date;
  /** The company's last published commit number, for the lag. */
  readonly lastCommit: number;
}

/** An object that is no pack, and where it lies. */
export interface ObjectRow extends ZoneObject {
  /** Every zone keeps its copy until then; null where nothing is locked. */
  readonly lockedUntil: Date | null;
  readonly copies: readonly CopyRow[];
}

/** One object that a zone lacks, and where it can be had. */
export interface MissingObject extends ObjectRow {
  /** The bytes themselves for key objects and headers, which the database keeps; null for manifests and receipts. */
  readonly bytes: Uint8Array | null;
}

/** A pack by its id, everything else by its key. */
export type CopyName = { readonly packId: string } | { readonly objectKey: string };

export interface MissingPack extends PackRow {
  /** Orders the list; cursor of the next page. */
  readonly packNo: number;
}

/** Zones, which copies are where, watermarks. */
export interface ZoneStore {
  /** Makes the zone known, or corrects ordinal and kind. What has no place in its list of copies yet is missing there. */
  registerZone(zone: {
    readonly zoneId: string;
    readonly ordinal: number;
    readonly zoneKind: ZoneRow["zoneKind"];
  }): Promise<void>;
  recordProbe(zoneId: string, probe: ZoneProbe): Promise<void>;
  listZones(): Promise<readonly ZoneRow[]>;
  /** Live packs whose copy in the zone is missing, by packNo, at most `limit` (500). */
  listMissingPacks(
    companyId: string,
    zoneId: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly MissingPack[]>;
  /** Other objects whose copy in the zone is missing, by key, at most `limit` (500). */
  listMissingObjects(
    companyId: string,
    zoneId: string,
    page: { readonly after: string; readonly limit: number },
  ): Promise<readonly MissingObject[]>;
  /**
   * These copies were written or read back whole, and their hash fitted. At most 500 of each; unknown names are passed over. What was found
   * about them is healed.
   */
  recordPresence(
    companyId: string,
    zoneId: string,
    copies: { readonly packIds: readonly string[]; readonly objectKeys: readonly string[] },
  ): Promise<void>;
  findObject(companyId: string, objectKey: string): Promise<ObjectRow | null>;
  /**
   * A reader or the check found a copy bad: never a deletion. Answers false when there is no such copy. A copy that is missing does not
   * become suspect. For a pack it begins a new closure generation; no closure reaches other objects. A copy that becomes missing here is a
   * finding, see [Note: Findings].
   */
  markCopy(
    companyId: string,
    zoneId: string,
    copy: CopyName & { readonly state: Exclude<PresenceState, "present">; readonly code: string },
  ): Promise<boolean>;
  /** Ids of packs whose copy in the zone is suspect, oldest first, for the check that decides. At most `limit` (500). */
  listSuspectPacks(companyId: string, zoneId: string, limit: number): Promise<readonly string[]>;
  /** The same for all other objects, by key. */
  listSuspectObjects(companyId: string, zoneId: string, limit: number): Promise<readonly ZoneObject[]>;
  /** Moves the watermark as far as it goes, which is nowhere while the zone lacks a key object; it never goes back. */
  advanceWatermark(companyId: string, zoneId: string): Promise<Watermark>;
  /** Of one company, or (null) of all, for staff. */
  listWatermarks(companyId: string | null): Promise<readonly Watermark[]>;
  /** Provider-wide: companies that have something to copy into the zone, or to check in it. At most 1,000. */
  listCompaniesBehind(zoneId: string): Promise<readonly string[]>;
}
