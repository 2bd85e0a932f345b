import { useId } from "react";
import { SELECT_CLASS } from "../ui/select-class.ts";
import { DAY_WORDS } from "./window-words.ts";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

interface OwnHoursProps {
  /** What the names of its fields begin with; `readOwnHours` takes the same. */
  readonly name: string;
  /** Days that are chosen at first, from Monday on, and the hours. */
  readonly days: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** The same hours on some days of the week. */
export function OwnHours({ name, days, from, to }: OwnHoursProps) {
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap gap-x-4 gap-y-1">
        {DAY_WORDS.map((word, day) => (
          <label key={word} className="flex min-h-6 items-center gap-2 text-label text-ink-2">
            <input type="checkbox" name={`${name}Day`} value={day} defaultChecked={days.includes(day)} />
            {word}
          </label>
        ))}
      </div>
      <div className="grid grid-cols-2 gap-3">
        <HourSelect label="From" name={`${name}From`} defaultHour={from} />
        <HourSelect label="To" name={`${name}To`} defaultHour={to} />
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
      <select id={id} name={props.name} defaultValue={props.defaultHour} className={SELECT_CLASS}>
        {HOURS.map((hour) => (
          <option key={hour} value={hour}>
            {`${String(hour).padStart(2, "0")}:00`}
          </option>
        ))}
      </select>
    </div>
  );
}
