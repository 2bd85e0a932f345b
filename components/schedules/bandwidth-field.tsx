import { useId, useState } from "react";
import {
  BANDWIDTH_MAX_BYTES_PER_SECOND,
  BANDWIDTH_MAX_RULES,
  BANDWIDTH_MIN_BYTES_PER_SECOND,
  type BandwidthRule,
  type BandwidthSettings,
} from "../../contracts/schedules.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { SELECT_CLASS } from "../ui/select-class.ts";
import { bandwidthWords, LIMIT_HOURS, toMbits } from "./bandwidth-words.ts";
import { OwnHours } from "./own-hours.tsx";
import { INHERIT, KEEP, LIMITED, limitFields, OWN, UNLIMITED } from "./read-bandwidth.ts";
import { isSameWeek } from "./window-words.ts";

const MONDAY_TO_FRIDAY = [0, 1, 2, 3, 4];

interface BandwidthFieldProps {
  /** What this level sets itself; null inherits. */
  readonly own: BandwidthSettings | null;
  readonly effective: BandwidthSettings | null;
}

/** How fast all backups of a company may send together: inherited, without a limit, or with one for each of some hours. */
export function BandwidthField({ own, effective }: BandwidthFieldProps) {
  const id = useId();
  const [choice, setChoice] = useState(() => choiceOf(own));
  const focusChoice = () => document.getElementById(id)?.focus();
  return (
    <fieldset className="grid gap-2">
      <legend className="pb-1 text-small text-ink-2">Bandwidth of all machines together</legend>
      <label htmlFor={id} className="sr-only">
        Bandwidth
      </label>
      <select
        id={id}
        name="bandwidth"
        value={choice}
        onChange={(event) => setChoice(event.currentTarget.value)}
        className={SELECT_CLASS}
      >
        <option value={INHERIT}>{own === null ? `As inherited: ${bandwidthWords(effective)}` : "As inherited"}</option>
        <option value={UNLIMITED}>No limit</option>
        <option value={LIMITED}>Limited, by day and hour</option>
      </select>
      {choice === LIMITED ? <Limits before={own?.rules ?? []} onRemoved={focusChoice} /> : null}
    </fieldset>
  );
}

interface LimitsProps {
  readonly before: readonly BandwidthRule[];
  /** The button that had the focus is gone. */
  readonly onRemoved: () => void;
}

function Limits({ before, onRemoved }: LimitsProps) {
  // Limits that were there before have their place as key; others get the next number.
  const [keys, setKeys] = useState(() => (before.length === 0 ? [0] : before.map((_, place) => place)));
  const [nextKey, setNextKey] = useState(Math.max(1, before.length));
  const add = () => {
    setKeys([...keys, nextKey]);
    setNextKey(nextKey + 1);
  };
  const remove = (key: number) => {
    setKeys(keys.filter((each) => each !== key));
    onRemoved();
  };
  return (
    <div className="grid gap-3">
      {keys.map((key, place) => (
        <Limit
          key={key}
          fieldKey={key}
          name={`Limit ${place + 1}`}
          before={before[key]}
          onRemove={keys.length === 1 ? undefined : () => remove(key)}
        />
      ))}
      <p className="text-small text-ink-3">
        Where hours overlap, the least limit holds; in all others there is none. Restores are never limited.
      </p>
      <div>
        <Button onClick={add} disabled={keys.length >= BANDWIDTH_MAX_RULES}>
          Add a limit
        </Button>
      </div>
    </div>
  );
}

interface LimitProps {
  readonly fieldKey: number;
  readonly name: string;
  readonly before: BandwidthRule | undefined;
  readonly onRemove: (() => void) | undefined;
}

function Limit({ fieldKey, name, before, onRemove }: LimitProps) {
  const hoursId = useId();
  const [hours, setHours] = useState(() => hoursOf(before));
  const fields = limitFields(fieldKey);
  return (
    <fieldset className="grid gap-2 rounded-control border border-line p-3">
      <legend className="px-1 text-small text-ink-2">{name}</legend>
      <input type="hidden" name="limitKey" value={fieldKey} />
      <div className="grid gap-3 sm:grid-cols-[1fr_140px]">
        <div className="grid gap-1">
          <label htmlFor={hoursId} className="text-small text-ink-2">
            In these hours
          </label>
          <select
            id={hoursId}
            name={fields.hours}
            value={hours}
            onChange={(event) => setHours(event.currentTarget.value)}
            className={SELECT_CLASS}
          >
            {LIMIT_HOURS.map((each) => (
              <option key={each.name} value={each.name}>
                {each.words}
              </option>
            ))}
            {hoursOf(before) === KEEP ? <option value={KEEP}>As they are set</option> : null}
            <option value={OWN}>Own hours</option>
          </select>
        </div>
        <Field
          label="At most, in Mbit/s"
          name={fields.mbits}
          type="number"
          inputMode="decimal"
          required
          min={toMbits(BANDWIDTH_MIN_BYTES_PER_SECOND)}
          max={toMbits(BANDWIDTH_MAX_BYTES_PER_SECOND)}
          step="any"
          defaultValue={before === undefined ? "" : toMbits(before.bytesPerSecond)}
        />
      </div>
      {hours === OWN ? <OwnHours name={fields.own} days={MONDAY_TO_FRIDAY} from={8} to={18} /> : null}
      {onRemove === undefined ? null : (
        <div>
          <Button onClick={onRemove} aria-label={`Remove ${name}`}>
            Remove
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function choiceOf(own: BandwidthSettings | null): string {
  if (own === null) return INHERIT;
  return own.rules.length === 0 ? UNLIMITED : LIMITED;
}

function hoursOf(rule: BandwidthRule | undefined): string {
  const [usual] = LIMIT_HOURS;
  if (rule === undefined) return usual?.name ?? OWN;
  return LIMIT_HOURS.find(({ hours }) => isSameWeek(hours, rule.hours))?.name ?? KEEP;
}
