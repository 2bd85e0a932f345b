import { EmptyState } from "../../ui/empty-state.tsx";
import { formatRoute, type SourceRoute } from "../route/route.ts";
import type { SnapshotPoint } from "../runtime/protocol/reading-calls.ts";

/** Why nothing of this source is shown: there is none, this one is gone, or it is not genuine. */
export function NoSnapshot(props: {
  readonly problem: string | null;
  readonly isWanted: boolean;
  readonly newest: SnapshotPoint | undefined;
  readonly route: SourceRoute;
}) {
  const { newest, problem } = props;
  if (problem !== null) {
    return (
      <section role="alert" className="m-4 rounded-card border border-line bg-fail-soft px-4 py-3">
        <p className="font-[560] text-fail">
          This snapshot is not what an agent of your company signed. It is not opened.
        </p>
        <p className="mt-1 text-ink-2">{problem}</p>
        <p className="mt-1 text-ink-2">Other snapshots are not touched by it. Show this to another owner.</p>
      </section>
    );
  }
  if (newest === undefined) {
    return (
      <EmptyState title="No snapshot yet">
        <p>This source appears here with its first complete backup.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState title={props.isWanted ? "This snapshot is not there any more" : "No snapshot is shown"}>
      <p>
        <a
          className="font-[560] text-accent underline underline-offset-2"
          href={formatRoute({ ...props.route, snapshotId: newest.snapshotId, steps: [], document: null })}
        >
          Show the newest one
        </a>
      </p>
    </EmptyState>
  );
}
