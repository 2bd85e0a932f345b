import { Moment } from "../../format/moment.tsx";
import { Button } from "../../ui/button.tsx";
import type { UnfinishedRestore } from "../runtime/protocol/restore-calls.ts";
import { FaultNote } from "../vault/fault-note.tsx";
import { describeUnfinished } from "./unfinished-words.ts";
import { useUnfinished } from "./use-unfinished.ts";

/** Restores into a folder whose tab was closed, or that failed: offered again after unlocking. Nothing when there are none. */
export function UnfinishedRestores() {
  const { asked, startingId, fault, goOn, forget } = useUnfinished();
  const restores = asked.value ?? [];
  if (asked.fault !== null) {
    return <FaultNote title="Unfinished restores could not be listed." fault={asked.fault} onRetry={asked.retry} />;
  }
  if (restores.length === 0) return null;
  return (
    <section aria-labelledby="unfinished" className="border-b border-line">
      <header className="px-4 pt-3 pb-1">
        <h2 id="unfinished" className="text-title font-semibold">
          Unfinished restores
        </h2>
        <p className="text-small text-ink-2">
          What lies in the folder already is verified again, the rest is fetched. Forgetting leaves the folder as it is.
        </p>
      </header>
      <ul>
        {restores.map((restore) => (
          <Line
            key={restore.restoreId}
            restore={restore}
            isStarting={restore.restoreId === startingId}
            onGoOn={() => void goOn(restore)}
            onForget={() => void forget(restore)}
          />
        ))}
      </ul>
      {fault === null ? null : <FaultNote title="It does not go on yet." fault={fault} />}
    </section>
  );
}

function Line(props: {
  readonly restore: UnfinishedRestore;
  readonly isStarting: boolean;
  readonly onGoOn: () => void;
  readonly onForget: () => void;
}) {
  const { restore, isStarting } = props;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
      <span className="min-w-0">
        <span className="block truncate font-[560]">Into the folder {restore.folder.name}</span>
        <span className="block text-small text-ink-2">
          {describeUnfinished(restore)}, begun <Moment at={new Date(restore.startedAtMs)} />
        </span>
      </span>
      <span className="ml-auto flex gap-2">
        <Button disabled={isStarting} onClick={props.onForget}>
          Forget
        </Button>
        <Button look="solid" disabled={isStarting} onClick={props.onGoOn}>
          {isStarting ? "Counting" : "Go on"}
        </Button>
      </span>
    </li>
  );
}
