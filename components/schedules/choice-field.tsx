import { useId } from "react";
import { SELECT_CLASS } from "../ui/select-class.ts";

const INHERIT = "inherit";

interface ChoiceFieldProps {
  readonly label: string;
  readonly name: string;
  /** What this level sets itself; null inherits. */
  readonly own: number | null;
  /** What holds now, in words. */
  readonly inheritedWords: string;
  readonly choices: readonly number[];
  readonly toWords: (value: number) => string;
}

/** One of a few values, or the one from above. A value that was set otherwise stays among them. */
export function ChoiceField({ label, name, own, inheritedWords, choices, toWords }: ChoiceFieldProps) {
  const id = useId();
  const values = own === null || choices.includes(own) ? choices : [...choices, own].toSorted((a, b) => a - b);
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-small text-ink-2">
        {label}
      </label>
      <select id={id} name={name} defaultValue={own === null ? INHERIT : String(own)} className={SELECT_CLASS}>
        <option value={INHERIT}>{inheritedWords}</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {toWords(value)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What was chosen in such a field; null inherits. */
export function readChoice(fields: FormData, name: string): number | null {
  const value = fields.get(name);
  return value === null || value === INHERIT ? null : Number(value);
}
