import { type SubmitEvent, useRef, useState } from "react";
import { formatMoment } from "../../format/format-moment.ts";
import { useReader } from "../../format/reader-context.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Dialog } from "../frame/dialog.tsx";
import type { SnapshotPoint } from "../runtime/protocol/reading-calls.ts";
import { describeSnapshot, newestAt } from "./describe-snapshot.ts";

/** The list shows the newest of these; an older one is found by its moment. */
const MAX_LISTED = 200;

/** A moment to type, or a snapshot to choose: the way for phones, and for whoever knows when it was. */
export function TimePicker(props: {
  readonly points: readonly SnapshotPoint[];
  readonly current: SnapshotPoint | null;
  readonly onGo: (point: SnapshotPoint) => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button disabled={props.points.length === 0} onClick={() => setIsOpen(true)} aria-haspopup="dialog">
        <Icon name="calendar" sizePx={14} />
        Pick a time
      </Button>
      {isOpen ? (
        <Dialog title="Pick a time" onClose={() => setIsOpen(false)}>
          <Choices
            {...props}
            onGo={(point) => {
              setIsOpen(false);
              props.onGo(point);
            }}
          />
        </Dialog>
      ) : null}
    </>
  );
}

function Choices({ points, current, onGo }: Parameters<typeof TimePicker>[0]) {
  const { timeZone, nowMs } = useReader();
  const [refusal, setRefusal] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    // Without a zone in it, the text is a moment in this browser's own.
    const found = newestAt(points, new Date(field.current?.value ?? "").getTime() + 59_999);
    if (found === undefined) setRefusal("No snapshot is as old as that. The oldest one is at the end of the list.");
    else onGo(found);
  };
  const listed = points.slice(-MAX_LISTED).toReversed();
  return (
    <div className="grid min-h-0 grid-rows-[auto_minmax(0,1fr)] gap-3 px-5 pb-5">
      <form onSubmit={submit} className="grid gap-1">
        <label className="grid gap-1 text-small text-ink-2">
          The newest snapshot at or before
          <span className="flex gap-2">
            <input
              ref={field}
              type="datetime-local"
              required
              className="h-[30px] min-w-0 flex-1 rounded-control border border-control bg-surface px-2 text-label text-ink max-sm:h-11"
            />
            <Button type="submit" look="solid">
              Go there
            </Button>
          </span>
        </label>
        <p role="alert" className="text-small text-fail">
          {refusal}
        </p>
      </form>
      <ul className="max-h-[50dvh] overflow-y-auto border-t border-line" aria-label="Snapshots, newest first">
        {listed.map((point) => (
          <li key={point.snapshotId} className="border-b border-line">
            <button
              type="button"
              onClick={() => onGo(point)}
              aria-current={point.snapshotId === current?.snapshotId ? "true" : undefined}
              className="flex min-h-9 w-full flex-wrap items-center gap-x-3 px-2 text-left hover:bg-hover aria-[current]:bg-accent-soft max-sm:min-h-11"
            >
              <span className="font-[560] whitespace-nowrap">
                {formatMoment(new Date(point.receivedAtMs), timeZone, new Date(nowMs))}
              </span>
              <span className="text-small text-ink-3">{describeSnapshot(point)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
