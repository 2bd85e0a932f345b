import { useId, useState } from "react";
import { WEEK_DAYS, type WindowSettings } from "../../contracts/schedules.ts";
import { DAY_WORDS, isSameWeek, WINDOW_PRESETS, weekFrom, windowWords } from "./window-words.ts";

const INHERIT = "inherit";
const KEEP = "keep";
const OWN = "own";
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const SELECT = "h-9 w-full rounded-control border border-control bg-surface px-3 text-label text-ink max-sm:h-11";

interface WindowFieldProps {
  /** What this level sets itself; null inherits. */
  readonly own: WindowSettings | null;
  readonly effective: WindowSettings | null;
}

/** In which hours backups may begin: inherited, a usual window, or the same hours on some days. */
export function WindowField({ own, effective }: WindowFieldProps) {
  const id = useId();
  const [choice, setChoice] = useState(() => choiceOf(own));
  return (
    <fieldset className="grid gap-2">
      <legend className="pb-1 text-small text-ink-2">Hours</legend>
      <label htmlFor={id} className="sr-only">
        May begin
      </label>
      <select
        id={id}
        name="window"
        value={choice}
        onChange={(event) => setChoice(event.currentTarget.value)}
        className={SELECT}
      >
        <option value={INHERIT}>{own === null ? `As inherited: ${windowWords(effective)}` : "As inherited"}</option>
        {WINDOW_PRESETS.map(({ name, words }) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
        {own !== null && choiceOf(own) === KEEP ? <option value={KEEP}>As they are set</option> : null}
        <option value={OWN}>Own hours</option>
      </select>
      {choice === OWN ? <OwnHours /> : null}
      {choice === INHERIT || choice === "always" ? null : (
        <label className="flex min-h-6 items-center gap-2 text-label text-ink-2">
          <input type="checkbox" name="windowEndsRuns" defaultChecked={own?.endsRuns ?? false} />
          End what still runs after these hours; it goes on in the next ones.
        </label>
      )}
    </fieldset>
  );
}

function OwnHours() {
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap gap-x-4 gap-y-1">
        {DAY_WORDS.map((word, day) => (
          <label key={word} className="flex min-h-6 items-center gap-2 text-label text-ink-2">
            <input type="checkbox" name="windowDay" value={day} defaultChecked />
            {word}
          </label>
        ))}
      </div>
      <div className="grid grid-cols-2 gap-3">
        <HourSelect label="From" name="windowFrom" defaultHour={18} />
        <HourSelect label="To" name="windowTo" defaultHour={6} />
      </div>
    </div>
  );
}

function HourSelect(props: { readonly label: string; readonly name: string; readonly defaultHour: number }) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-small text-ink-2">
        {props.label}
      </label>
      <select id={id} name={props.name} defaultValue={props.defaultHour} className={SELECT}>
        {HOURS.map((hour) => (
          <option key={hour} value={hour}>
            {`${String(hour).padStart(2, "0")}:00`}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What was chosen in these fields; `own` is what was set before. */
export function readWindow(fields: FormData, own: WindowSettings | null): WindowSettings | null {
  const choice = String(fields.get("window"));
  const endsRuns = fields.get("windowEndsRuns") === "on";
  if (choice === INHERIT) return null;
  if (choice === KEEP) return own === null ? null : { ...own, endsRuns };
  const preset = WINDOW_PRESETS.find(({ name }) => name === choice);
  if (preset !== undefined) return { hours: [...preset.hours], endsRuns };
  const days = fields
    .getAll("windowDay")
    .map(Number)
    .filter((day) => day < WEEK_DAYS);
  return { hours: weekFrom(days, Number(fields.get("windowFrom")), Number(fields.get("windowTo"))), endsRuns };
}

function choiceOf(own: WindowSettings | null): string {
  if (own === null) return INHERIT;
  return WINDOW_PRESETS.find(({ hours }) => isSameWeek(hours, own.hours))?.name ?? KEEP;
}
