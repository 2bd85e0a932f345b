import { formatMoment } from "../../format/format-moment.ts";
import { useReader } from "../../format/reader-context.ts";
import { ZonePair } from "../../status/zone-pair.tsx";
import { Button } from "../../ui/button.tsx";
import type { SnapshotPoint } from "../runtime/protocol/reading-calls.ts";
import { TimePicker } from "./time-picker.tsx";
import { type TimelineProps, TimelineTrack } from "./timeline-track.tsx";

/** One playhead for the place shown: by ticks, by keys, by a moment, or step by step. */
export function Timeline(props: TimelineProps) {
  const { points, current, onGo } = props;
  const { timeZone, nowMs } = useReader();
  const at = current === null ? -1 : points.findIndex(({ snapshotId }) => snapshotId === current.snapshotId);
  const step = (to: SnapshotPoint | undefined) => to !== undefined && onGo(to);
  return (
    <section aria-label="Time" className="border-b border-line bg-surface px-4 pt-2 pb-1 max-sm:pb-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h1 className="text-title font-semibold whitespace-nowrap">
          {current === null
            ? "No snapshot yet"
            : `As of ${formatMoment(new Date(current.receivedAtMs), timeZone, new Date(nowMs))}`}
        </h1>
        {current === null ? null : <ZonePair copies={current.copies} />}
        <div className="ml-auto flex items-center gap-2">
          <Button
            className="border-transparent max-sm:hidden"
            disabled={at <= 0}
            onClick={() => step(points[at - 1])}
            title="Earlier snapshot, key ["
          >
            Earlier
          </Button>
          <Button
            className="border-transparent max-sm:hidden"
            disabled={at < 0 || at === points.length - 1}
            onClick={() => step(points[at + 1])}
            title="Later snapshot, key ]"
          >
            Later
          </Button>
          <TimePicker points={points} current={current} onGo={onGo} />
          <Button disabled={at === points.length - 1} onClick={() => step(points.at(-1))}>
            Latest
          </Button>
        </div>
      </div>
      {points.length === 0 ? null : (
        <div className="max-sm:hidden">
          <TimelineTrack {...props} at={at} />
        </div>
      )}
    </section>
  );
}
