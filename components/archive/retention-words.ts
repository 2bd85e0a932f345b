import type { RetentionField, RetentionView } from "../../contracts/retention.ts";
import type { SettingLevel } from "../../contracts/setting-levels.ts";

interface FieldWords {
  readonly label: string;
  readonly hint: string;
  /** One, and any other number. */
  readonly units: readonly [string, string];
}

export const FIELD_WORDS: Readonly<Record<RetentionField, FieldWords>> = {
  freezeAfterDays: {
    label: "Frozen after",
    hint: "Days in the backup tier. Then the first good snapshot of each day goes into the archive, and nobody can change or delete it.",
    units: ["day", "days"],
  },
  dailyDays: { label: "Of each day", hint: "Days that the archive keeps it.", units: ["day", "days"] },
  weeklyWeeks: { label: "Of each week", hint: "Weeks; 0 for none.", units: ["week", "weeks"] },
  monthlyMonths: { label: "Of each month", hint: "Months; 0 for none.", units: ["month", "months"] },
  yearlyYears: { label: "Of each year", hint: "Years, 10 at most; 0 for none.", units: ["year", "years"] },
};

/** As "35 days", or "none". */
export function figureWords(field: RetentionField, value: number): string {
  const [one, many] = FIELD_WORDS[field].units;
  return value === 0 ? "none" : `${value} ${value === 1 ? one : many}`;
}

const ORIGIN: Readonly<Record<SettingLevel | "built_in", string>> = {
  built_in: "as Holdfast comes",
  provider: "from the provider",
  policy: "from the policy",
  company: "from the company",
  machine: "from this machine",
  source: "its own",
};

/** Where a value comes from, for somebody who looks at a level. */
export function originWords(from: SettingLevel | "built_in", level: SettingLevel): string {
  return from === level ? "its own" : ORIGIN[from];
}

/** One sentence of the whole: what is frozen when, and how long each class stays. */
export function retentionWords({ effective }: RetentionView): string {
  const words = (field: RetentionField) => figureWords(field, effective[field].value);
  const classes = [
    `daily ${words("dailyDays")}`,
    `weekly ${words("weeklyWeeks")}`,
    `monthly ${words("monthlyMonths")}`,
    `yearly ${words("yearlyYears")}`,
  ];
  return `Frozen after ${words("freezeAfterDays")}; then ${classes.join(", ")}`;
}
