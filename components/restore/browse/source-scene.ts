import type { Crumb } from "../frame/crumbs.tsx";
import type { SourceRoute } from "../route/route.ts";
import type { MachinePlace, SnapshotPoint } from "../runtime/protocol/reading-calls.ts";

/** What is clear about a source, locked or not. */
export interface SourceScene {
  /** With the snapshot that is shown in it. */
  readonly route: SourceRoute;
  readonly places: readonly MachinePlace[];
  readonly names: Readonly<Record<string, string>>;
  /** Oldest first. */
  readonly points: readonly SnapshotPoint[];
  readonly point: SnapshotPoint | null;
  /** The way to the source, without it. */
  readonly start: readonly Crumb[];
  readonly sourceName: string;
}
