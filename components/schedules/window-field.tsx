import { useId, useState } from "react";
import type { WindowSettings } from "../../contracts/schedules.ts";
import { SELECT_CLASS } from "../ui/select-class.ts";
import { OwnHours } from "./own-hours.tsx";
import { readOwnHours } from "./read-own-hours.ts";
import { isSameWeek, WINDOW_PRESETS, windowWords } from "./window-words.ts";

const INHERIT = "inherit";
const KEEP = "keep";
const OWN = "own";
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];

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
        className={SELECT_CLASS}
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
      {choice === OWN ? <OwnHours name="window" days={EVERY_DAY} from={18} to={6} /> : null}
      {choice === INHERIT || choice === "always" ? null : (
        <label className="flex min-h-6 items-center gap-2 text-label text-ink-2">
          <input type="checkbox" name="windowEndsRuns" defaultChecked={own?.endsRuns ?? false} />
          End what still runs after these hours; it goes on in the next ones.
        </label>
      )}
    </fieldset>
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
  return { hours: readOwnHours(fields, "window"), endsRuns };
}

function choiceOf(own: WindowSettings | null): string {
  if (own === null) return INHERIT;
  return WINDOW_PRESETS.find(({ hours }) => isSameWeek(hours, own.hours))?.name ?? KEEP;
}
