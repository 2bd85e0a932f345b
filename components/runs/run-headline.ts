import type { RunView } from "../../contracts/runs.ts";
import type { SnapshotView } from "../../contracts/snapshots.ts";
import { formatCount } from "../format/format-bytes.ts";
import { sourceLabel } from "../machines/source-label.ts";

/** What came of one run, as its page's headline. */
export function runHeadline(run: RunView, snapshot: SnapshotView | null): string {
  const what = `${sourceLabel(run)} of ${run.machineName}`;
  switch (run.outcome) {
    case null:
      return `${what} is being backed up.`;
    case "complete":
      return `${what} is backed up, every document of it.`;
    case "complete_with_gaps":
      return `${what} is backed up, without ${formatCount(snapshot?.gaps ?? 0)} that could not be read.`;
    case "failed":
      return `The backup of ${what} failed. The snapshots before it are safe.`;
    case "missed":
      return `The backup of ${what} did not start. The snapshots before it are safe.`;
    case "cancelled":
      return `The backup of ${what} was cancelled. The snapshots before it are safe.`;
  }
}
