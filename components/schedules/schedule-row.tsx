"use client";

import { useState } from "react";
import type { LevelScheduleView, ScheduleSubject } from "../../contracts/schedules.ts";
import { Moment } from "../format/moment.tsx";
import { useReader } from "../format/reader-context.ts";
import { Button } from "../ui/button.tsx";
import { ScheduleForm } from "./schedule-form.tsx";
import { originWords, pauseWords, timingWords } from "./timing-words.ts";

interface ScheduleRowProps {
  readonly name: string;
  readonly subject: ScheduleSubject;
  readonly schedule: LevelScheduleView;
  readonly canEdit: boolean;
}

/** When something is backed up, where that comes from, and when it is due next. An own value has a bar at its side. */
export function ScheduleRow({ name, subject, schedule, canEdit }: ScheduleRowProps) {
  const [isEditing, setEditing] = useState(false);
  const { timeZone } = useReader();
  const { level } = subject;
  const { timing, timingFrom, pausedBy } = schedule.effective;
  const isOwn = timingFrom === level || pausedBy === level;
  const [next] = schedule.nextDueAts;
  return (
    <li className={`border-t border-l-2 border-t-line px-4 py-3 ${isOwn ? "border-l-accent" : "border-l-transparent"}`}>
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2">
        <span className="min-w-[120px] font-[560]">{name}</span>
        <span className="min-w-0 flex-1 basis-[240px]">
          {timingWords(timing, timeZone)}
          <span className="block text-small text-ink-3">{originWords(timingFrom, level)}</span>
        </span>
        <span className="text-ink-2">
          {pausedBy !== null ? pauseWords(pausedBy, level) : next === undefined ? null : <NextDue at={next} />}
        </span>
        {canEdit && !isEditing ? (
          <Button onClick={() => setEditing(true)} aria-label={`Change the schedule of ${name}`}>
            Change
          </Button>
        ) : null}
      </div>
      {isEditing ? <ScheduleForm subject={subject} schedule={schedule} onDone={() => setEditing(false)} /> : null}
    </li>
  );
}

function NextDue({ at }: { readonly at: Date }) {
  return (
    <>
      next <Moment at={at} />
    </>
  );
}
