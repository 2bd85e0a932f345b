import type { Primitives } from "../../../engine/ports/primitives.ts";
import type { Zone } from "../../../engine/ports/zone.ts";
import type { RebuildDatabase } from "../../db/rebuild-database.ts";
import { type Chain, readSegment } from "../../domain/journal/read-chain.ts";
import type { SegmentRow } from "../../domain/journal/segment.ts";
import { ARCHIVE_PREFIX } from "../../domain/zone/object-keys.ts";

const PAGE = 1_000;
/** As `tieredZone` names them: the backup base and the archive's. */
const BASES = ["", ARCHIVE_PREFIX];

export interface Replay {
  readonly zone: Zone;
  readonly chain: Chain;
  readonly rebuild: RebuildDatabase;
  readonly sha256: Primitives["sha256"];
}

/** Makes the rows of history as the journal says them. Answers the greatest row number that it saw, and when the last row was written. */
export async function replayJournal({ zone, chain, rebuild, sha256 }: Replay): Promise<Replayed> {
  let seq = 1;
  let endsAt = "";
  for (const name of chain.segments) {
    const { rows } = await readSegment(zone, sha256, name);
    for (const row of rows) {
      seq = Math.max(seq, row.seq);
      endsAt = row.at;
      if (row.kind === "row" || row.kind === "row_base" || row.kind === "row_removed")
        await rebuild.apply({ kind: row.kind, ...imageOf(row) });
    }
  }
  await rebuild.flush();
  return { seq, endsAt };
}

export interface Replayed {
  readonly seq: number;
  /** ISO 8601, by the clock of the database that wrote it. */
  readonly endsAt: string;
}

/** Notes every object of every company in a zone, a page at a time. */
export async function listZone(zoneId: string, zone: Zone, rebuild: RebuildDatabase): Promise<void> {
  const companyIds = await rebuild.listCompanyIds();
  for (const [companyId, base] of companyIds.flatMap((each) => BASES.map((base) => [each, base] as const))) {
    let after: string | undefined;
    for (;;) {
      const page = await zone.list(`${base}companies/${companyId}/`, {
        limit: PAGE,
        ...(after !== undefined && { after }),
      });
      await rebuild.recordListing(
        zoneId,
        page.map(({ key, sizeBytes }) => ({ companyId, objectKey: key, sizeBytes })),
      );
      after = page.at(-1)?.key;
      if (page.length < PAGE) break;
    }
  }
}

function imageOf({ payload, seq }: SegmentRow): { table: string; row: Record<string, unknown> } {
  const { table, row } = payload;
  if (typeof table === "string" && typeof row === "object" && row !== null) return { table, row: { ...row } };
  throw new Error(`row ${seq} of the journal has no image`);
}
