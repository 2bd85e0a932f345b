import { sourceWord } from "../places/source-word.ts";
import type { SnapshotsBySource } from "../places/use-places.ts";
import type { MachinePlace, SnapshotPoint, SourcePlace } from "../runtime/protocol/reading-calls.ts";
import { newestAt } from "../timeline/describe-snapshot.ts";

/** One source of one machine as of a moment. */
export interface CompanyRow {
  readonly machineId: string;
  readonly machineName: string;
  /** Null for a machine that has no source yet. */
  readonly source: { readonly sourceId: string; readonly word: string; readonly kind: SourcePlace["kind"] } | null;
  /** Null when it has none at or before the moment. */
  readonly point: SnapshotPoint | null;
}

/** What a restore as of the moment takes, machine by machine, and what it would miss. */
export function listCompanyRows(input: {
  readonly places: readonly MachinePlace[];
  readonly snapshots: SnapshotsBySource;
  readonly names: Readonly<Record<string, string>>;
  readonly atMs: number | null;
}): CompanyRow[] {
  return input.places.flatMap(({ machine, sources }): CompanyRow[] => {
    const start = { machineId: machine.machineId, machineName: machine.name };
    if (sources.length === 0) return [{ ...start, source: null, point: null }];
    return sources.map((source) => ({
      ...start,
      source: { sourceId: source.sourceId, word: sourceWord(source, input.names), kind: source.kind },
      point: newestAt(input.snapshots[source.sourceId] ?? [], input.atMs) ?? null,
    }));
  });
}

/** "3 of 4 sources have a snapshot": the answer over the table. */
export function companyHeadline(rows: readonly CompanyRow[]): string {
  const sources = rows.filter(({ source }) => source !== null);
  const held = sources.filter(({ point }) => point !== null).length;
  if (sources.length === 0) return "Nothing was backed up yet.";
  if (held === sources.length) return held === 1 ? "1 source" : `All ${held} sources`;
  if (held === 0) return "No source had a snapshot yet.";
  return `${held} of ${sources.length} sources had a snapshot`;
}
