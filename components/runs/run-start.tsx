import type { RunView } from "../../contracts/runs.ts";
import { Moment } from "../format/moment.tsx";

/** When a run began, and for which due time where that is another; or when it should have begun. */
export function RunStart({ run }: { readonly run: RunView }) {
  if (run.outcome === "missed") {
    return (
      <>
        due <Moment at={run.startedAt} />
      </>
    );
  }
  return (
    <>
      <Moment at={run.startedAt} />
      {run.attempt > 1 ? (
        <span className="block text-small whitespace-nowrap text-ink-3">attempt {run.attempt}</span>
      ) : null}
      {run.isCatchUp && run.dueAt !== null ? (
        <span className="block text-small whitespace-nowrap text-ink-3">
          catches up <Moment at={run.dueAt} />
        </span>
      ) : null}
    </>
  );
}
