import { sourceLabel } from "../../machines/source-label.ts";
import type { SourcePlace } from "../runtime/protocol/reading-calls.ts";

/** Its name once names are open; "Files 1" until then. */
export function sourceWord(source: SourcePlace, names: Readonly<Record<string, string>>): string {
  return names[source.sourceId] ?? sourceLabel({ sourceKind: source.kind, sourceOrdinal: source.ordinal });
}
