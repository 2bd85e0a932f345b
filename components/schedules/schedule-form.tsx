"use client";

import { type SubmitEvent, useId, useState } from "react";
import {
  BANDWIDTH_LEVELS,
  type LevelScheduleView,
  type ScheduleSettings,
  type ScheduleSubject,
} from "../../contracts/schedules.ts";
import { Button } from "../ui/button.tsx";
import { ChangeRefused } from "../ui/change-refused.tsx";
import { Field } from "../ui/field.tsx";
import { SELECT_CLASS } from "../ui/select-class.ts";
import { usePortalChange } from "../ui/use-portal-change.ts";
import { BandwidthField } from "./bandwidth-field.tsx";
import { ChoiceField, readChoice } from "./choice-field.tsx";
import { readBandwidth } from "./read-bandwidth.ts";
import { CATCH_UP_CHOICES, catchUpWords, JITTER_CHOICES, jitterWords, PRESETS } from "./timing-words.ts";
import { readWindow, WindowField } from "./window-field.tsx";

const INHERIT = "inherit";
const OWN = "own";

interface ScheduleFormProps {
  readonly subject: ScheduleSubject;
  readonly schedule: LevelScheduleView;
  readonly onDone: () => void;
}

/** What one level sets itself: inherited, a preset, or a cron of its own, on the clocks of a zone; spread, catch-up, hours, bandwidth, and a pause. */
export function ScheduleForm({ subject, schedule, onDone }: ScheduleFormProps) {
  const { own, effective } = schedule;
  const { state, change } = usePortalChange(onDone);
  const [choice, setChoice] = useState(() => choiceOf(own));
  const selectId = useId();
  const zonesId = useId();
  const inherited = subject.level === "provider" ? "As Holdfast comes: noon and midnight, UTC" : "As inherited";
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const cron = choice === OWN ? String(fields.get("cron")) : choice;
    const timing = choice === INHERIT ? null : { cron, timeZone: String(fields.get("timeZone")) };
    const settings: ScheduleSettings = {
      timing,
      jitterSeconds: readChoice(fields, "jitterSeconds"),
      catchUpMinutes: readChoice(fields, "catchUpMinutes"),
      window: readWindow(fields, own.window),
      bandwidth: readBandwidth(fields, own.bandwidth),
      isPaused: fields.get("isPaused") === "on",
    };
    void change(({ schedules }) => schedules.put.mutate({ subject, settings }));
  };
  return (
    <form onSubmit={submit} className="grid max-w-[560px] gap-3 pt-3">
      <div className="grid gap-1">
        <label htmlFor={selectId} className="text-small text-ink-2">
          Backs up
        </label>
        <select
          id={selectId}
          value={choice}
          onChange={(event) => setChoice(event.currentTarget.value)}
          className={SELECT_CLASS}
        >
          <option value={INHERIT}>{inherited}</option>
          {PRESETS.map(({ cron, words }) => (
            <option key={cron} value={cron}>
              {words}
            </option>
          ))}
          <option value={OWN}>Own times</option>
        </select>
      </div>
      {choice === OWN ? (
        <Field
          label="Times, as cron"
          name="cron"
          required
          defaultValue={effective.timing.cron}
          autoComplete="off"
          className="font-mono"
          hint="Minute, hour, day, month, day of the week. 30 6,18 * * 1-5: at 06:30 and 18:30, Monday to Friday."
        />
      ) : null}
      {choice === INHERIT ? null : (
        <Field
          label="Time zone"
          name="timeZone"
          required
          defaultValue={effective.timing.timeZone}
          autoComplete="off"
          list={zonesId}
          hint="Such as Europe/Berlin. The times stay right when its clocks change."
        />
      )}
      <datalist id={zonesId}>
        {Intl.supportedValuesOf("timeZone").map((timeZone) => (
          <option key={timeZone} value={timeZone} />
        ))}
      </datalist>
      <div className="grid gap-3 sm:grid-cols-2">
        <ChoiceField
          label="When it is due, it"
          name="jitterSeconds"
          own={own.jitterSeconds}
          inheritedWords={inheritedWords(own.jitterSeconds, jitterWords(effective.jitterSeconds))}
          choices={JITTER_CHOICES}
          toWords={jitterWords}
        />
        <ChoiceField
          label="A start that was missed is"
          name="catchUpMinutes"
          own={own.catchUpMinutes}
          inheritedWords={inheritedWords(own.catchUpMinutes, catchUpWords(effective.catchUpMinutes))}
          choices={CATCH_UP_CHOICES}
          toWords={catchUpWords}
        />
      </div>
      <WindowField own={own.window} effective={effective.window} />
      {BANDWIDTH_LEVELS.includes(subject.level) ? (
        <BandwidthField own={own.bandwidth} effective={effective.bandwidth} />
      ) : null}
      <label className="flex min-h-6 items-center gap-2 text-label text-ink-2">
        <input type="checkbox" name="isPaused" defaultChecked={own.isPaused} />
        Pause. Nothing is backed up by itself until this is taken back.
      </label>
      <ChangeRefused state={state} />
      <div className="flex gap-3">
        <Button look="solid" type="submit" disabled={state.kind === "saving"}>
          {state.kind === "saving" ? "Saving" : "Save schedule"}
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}

/** What is inherited is known in words only while nothing is set here. */
function inheritedWords(own: number | null, words: string): string {
  return own === null ? `As inherited: ${words}` : "As inherited";
}

function choiceOf({ timing }: ScheduleSettings): string {
  if (timing === null) return INHERIT;
  return PRESETS.some(({ cron }) => cron === timing.cron) ? timing.cron : OWN;
}
