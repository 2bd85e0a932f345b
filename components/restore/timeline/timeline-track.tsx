import { type KeyboardEvent, type PointerEvent, useMemo, useState } from "react";
import { formatMoment } from "../../format/format-moment.ts";
import { useReader } from "../../format/reader-context.ts";
import type { SnapshotPoint } from "../runtime/protocol/reading-calls.ts";
import { describeSnapshot } from "./describe-snapshot.ts";
import { createTimelineScale, type TimelineScale } from "./timeline-scale.ts";

const TEN = 10;

export interface TimelineProps {
  /** Oldest first; at company level those of all sources together. */
  readonly points: readonly SnapshotPoint[];
  /** The one whose content is shown; null before the first. */
  readonly current: SnapshotPoint | null;
  readonly onGo: (point: SnapshotPoint) => void;
  /** Versions of the document that is shown, as moments. */
  readonly versions?: { readonly label: string; readonly atMs: readonly number[] } | undefined;
}

/** The lanes: snapshots as ticks, versions as rings, one playhead over both. A slider for whoever does not point. */
export function TimelineTrack(props: TimelineProps & { readonly at: number }) {
  const { points, at, onGo, versions } = props;
  const { timeZone, nowMs } = useReader();
  const scale = useMemo(
    () =>
      createTimelineScale(
        points.map(({ receivedAtMs }) => receivedAtMs),
        nowMs,
      ),
    [points, nowMs],
  );
  const [hovered, setHovered] = useState<number | null>(null);
  const words = (point: SnapshotPoint | undefined) =>
    point === undefined
      ? ""
      : `${formatMoment(new Date(point.receivedAtMs), timeZone, new Date(nowMs))}, ${describeSnapshot(point)}`;
  const go = (to: number) => {
    const point = points[Math.min(points.length - 1, Math.max(0, to))];
    if (point !== undefined) onGo(point);
  };
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -TEN, PageUp: TEN }[event.key];
    const to = step === undefined ? { Home: 0, End: points.length - 1 }[event.key] : at + step;
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
  const nearest = (event: PointerEvent<HTMLElement>) => nearestPoint(points, scale, placeOf(event));
  return (
    <div className="grid grid-cols-[92px_minmax(0,1fr)] text-axis text-ink-3">
      <Bands scale={scale} />
      <span className="self-center text-small">Snapshots</span>
      <div
        role="slider"
        tabIndex={0}
        aria-label="Snapshot shown"
        aria-valuemin={1}
        aria-valuemax={points.length}
        aria-valuenow={at + 1}
        aria-valuetext={words(points[at])}
        onKeyDown={pressed}
        onPointerMove={(event) => setHovered(nearest(event))}
        onPointerLeave={() => setHovered(null)}
        onClick={(event) => go(nearest(event as unknown as PointerEvent<HTMLElement>))}
        className="relative h-7 cursor-pointer rounded-key"
      >
        <Ticks points={points} scale={scale} hovered={hovered} />
        {at < 0 ? null : <Playhead from={scale.place(points[at]?.receivedAtMs ?? 0)} isLong={versions !== undefined} />}
      </div>
      {versions === undefined ? null : <Versions versions={versions} scale={scale} current={points[at]} />}
      <p className="col-start-2 h-4 truncate text-axis" aria-hidden="true">
        {hovered === null ? "" : words(points[hovered])}
      </p>
    </div>
  );
}

function placeOf({ currentTarget, clientX }: { currentTarget: HTMLElement; clientX: number }): number {
  const { left, width } = currentTarget.getBoundingClientRect();
  return (clientX - left) / width;
}

function nearestPoint(points: readonly SnapshotPoint[], scale: TimelineScale, place: number): number {
  let best = 0;
  let distance = Number.POSITIVE_INFINITY;
  for (const [index, { receivedAtMs }] of points.entries()) {
    const away = Math.abs(scale.place(receivedAtMs) - place);
    if (away < distance) [best, distance] = [index, away];
  }
  return best;
}

const percent = (place: number) => `${(place * 100).toFixed(3)}%`;

function Bands({ scale }: { readonly scale: TimelineScale }) {
  return (
    <div className="relative col-start-2 h-5" aria-hidden="true">
      {scale.bands.map(({ label, from }) => (
        <span
          key={label}
          style={{ left: percent(from) }}
          className="absolute bottom-0 border-l border-line pl-2 whitespace-nowrap"
        >
          {label}
        </span>
      ))}
    </div>
  );
}

function Ticks(props: {
  readonly points: readonly SnapshotPoint[];
  readonly scale: TimelineScale;
  readonly hovered: number | null;
}) {
  return (
    <svg className="absolute inset-0 size-full overflow-visible" aria-hidden="true">
      {props.points.map((point, index) => {
        const x = percent(props.scale.place(point.receivedAtMs));
        const isHovered = props.hovered === index;
        // Half a tick is a snapshot with gaps: the shape says it, the colour repeats it.
        const isWhole = point.outcome === "complete";
        const look = point.problem !== null ? "stroke-fail-mark" : isWhole ? "stroke-ink-2" : "stroke-late-mark";
        return (
          <line
            key={point.snapshotId}
            x1={x}
            x2={x}
            y1={isWhole ? 8 : 14}
            y2="21"
            className={look}
            strokeWidth={isHovered ? 3.5 : 2}
            strokeLinecap="round"
            strokeDasharray={point.problem === null ? undefined : "2 3"}
          />
        );
      })}
    </svg>
  );
}

function Playhead({ from, isLong }: { readonly from: number; readonly isLong: boolean }) {
  return (
    <span
      aria-hidden="true"
      style={{ left: percent(from) }}
      className={`pointer-events-none absolute -top-1 w-[2px] -translate-x-1/2 bg-accent ${isLong ? "h-[52px]" : "h-8"}`}
    >
      <span className="absolute -top-[2px] left-1/2 size-2 -translate-x-1/2 rounded-[2px] bg-accent" />
    </span>
  );
}

function Versions(props: {
  readonly versions: NonNullable<TimelineProps["versions"]>;
  readonly scale: TimelineScale;
  readonly current: SnapshotPoint | undefined;
}) {
  const { label, atMs } = props.versions;
  const first = Math.min(...atMs);
  const shownMs = atMs.filter((moment) => moment <= (props.current?.receivedAtMs ?? 0)).toSorted((a, b) => b - a)[0];
  return (
    <>
      <span className="self-center truncate pr-2 text-small">{label}</span>
      <svg className="h-5 w-full overflow-visible" role="img" aria-label={`${label}: ${atMs.length} on this line`}>
        <line
          x1={percent(props.scale.place(first))}
          x2="100%"
          y1="10"
          y2="10"
          className="stroke-line-2"
          strokeWidth="1.5"
        />
        {atMs.map((moment) => (
          <circle
            key={moment}
            cx={percent(props.scale.place(moment))}
            cy="10"
            r="4"
            strokeWidth="1.5"
            className={moment === shownMs ? "fill-accent stroke-accent" : "fill-surface stroke-ink-2"}
          />
        ))}
      </svg>
    </>
  );
}
