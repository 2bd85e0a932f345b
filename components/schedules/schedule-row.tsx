"use client";

import Link from "next/link";
import { useState } from "react";
import type { EffectiveScheduleView } from "../../contracts/schedules.ts";
import type { SettingLevel } from "../../contracts/setting-levels.ts";
import { Moment } from "../format/moment.tsx";
import { useReader } from "../format/reader-context.ts";
import { Button } from "../ui/button.tsx";
import { bandwidthWords } from "./bandwidth-words.ts";
import { ScheduleForm } from "./schedule-form.tsx";
import type { ScheduleLine } from "./schedule-lines.ts";
import { catchUpWords, isSetHere, jitterWords, originWords, pauseWords, timingWords } from "./timing-words.ts";
import { windowWords } from "./window-words.ts";

/** When something is backed up, where each value comes from, and when it is due next. An own value has a bar at its side. */
export function ScheduleRow({ name, subject, schedule, canEdit, href }: ScheduleLine) {
  const [isEditing, setEditing] = useState(false);
  const { level } = subject;
  const { pausedBy } = schedule.effective;
  const [next] = schedule.nextDueAts;
  return (
    <li
      className={`border-t border-l-2 border-t-line px-4 py-3 ${isSetHere(schedule.own) ? "border-l-accent" : "border-l-transparent"}`}
    >
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2">
        <span className="min-w-[120px] font-[560]">{name}</span>
        <Values level={level} effective={schedule.effective} />
        <span className="text-ink-2">
          {pausedBy !== null ? pauseWords(pausedBy, level) : next === undefined ? null : <NextDue at={next} />}
        </span>
        {canEdit && !isEditing ? (
          <Button onClick={() => setEditing(true)} aria-label={`Change the schedule of ${name}`}>
            Change
          </Button>
        ) : null}
        {href === undefined ? null : (
          <Link
            href={href}
            className="rounded-key py-1 font-[560] text-accent hover:underline"
            aria-label={`See the schedule: ${name}`}
          >
            See
          </Link>
        )}
      </div>
      {isEditing ? <ScheduleForm subject={subject} schedule={schedule} onDone={() => setEditing(false)} /> : null}
    </li>
  );
}

interface ValuesProps {
  readonly level: SettingLevel;
  readonly effective: EffectiveScheduleView;
}

function Values({ level, effective }: ValuesProps) {
  const { timeZone } = useReader();
  const { timing, timingFrom, jitterSeconds, jitterFrom, catchUpMinutes, catchUpFrom } = effective;
  const { window, windowFrom, bandwidth, bandwidthFrom } = effective;
  return (
    <span className="min-w-0 flex-1 basis-[240px]">
      {timingWords(timing, timeZone)}
      <span className="block text-small text-ink-3">{originWords(timingFrom, level)}</span>
      <span className="block text-small text-ink-2">
        {jitterWords(jitterSeconds)} <span className="text-ink-3">({originWords(jitterFrom, level)})</span>,{" "}
        {catchUpWords(catchUpMinutes)} <span className="text-ink-3">({originWords(catchUpFrom, level)})</span>,{" "}
        {windowWords(window)} <span className="text-ink-3">({originWords(windowFrom, level)})</span>,{" "}
        {bandwidthWords(bandwidth)} <span className="text-ink-3">({originWords(bandwidthFrom, level)})</span>
      </span>
    </span>
  );
}

function NextDue({ at }: { readonly at: Date }) {
  return (
    <>
      next <Moment at={at} />
    </>
  );
}
