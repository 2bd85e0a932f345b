"use client";

import type { SubmitEvent } from "react";
import {
  RETENTION_FIELDS,
  RETENTION_LIMITS,
  type RetentionField,
  type RetentionSettings,
  type RetentionSubject,
  type RetentionView,
} from "../../contracts/retention.ts";
import { Button } from "../ui/button.tsx";
import { ChangeRefused } from "../ui/change-refused.tsx";
import { Field } from "../ui/field.tsx";
import { usePortalChange } from "../ui/use-portal-change.ts";
import { FIELD_WORDS, figureWords, originWords } from "./retention-words.ts";

interface RetentionFormProps {
  readonly subject: RetentionSubject;
  readonly retention: RetentionView;
  readonly onDone: () => void;
}

/** What one level sets itself; a field that is left empty inherits. */
export function RetentionForm({ subject, retention, onDone }: RetentionFormProps) {
  const { state, change } = usePortalChange(onDone);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const settings = readSettings(new FormData(event.currentTarget));
    void change(({ archive }) => archive.putRetention.mutate({ subject, settings }));
  };
  return (
    <form onSubmit={submit} className="grid max-w-[560px] gap-3 pt-3">
      <p className="text-small text-ink-2">
        An empty field inherits. What is frozen already stays as long as it was promised, whatever is changed here.
      </p>
      {RETENTION_FIELDS.map((field) => (
        <Field
          key={field}
          label={`${FIELD_WORDS[field].label}, in ${FIELD_WORDS[field].units[1]}`}
          name={field}
          type="number"
          inputMode="numeric"
          min={RETENTION_LIMITS[field].min}
          max={RETENTION_LIMITS[field].max}
          defaultValue={retention.own[field] ?? ""}
          placeholder={inheritedWords(field, retention, subject.level)}
          autoComplete="off"
          hint={FIELD_WORDS[field].hint}
        />
      ))}
      <ChangeRefused state={state} />
      <div className="flex gap-3">
        <Button look="solid" type="submit" disabled={state.kind === "saving"}>
          {state.kind === "saving" ? "Saving" : "Save retention"}
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}

function inheritedWords(field: RetentionField, { own, effective }: RetentionView, level: RetentionSubject["level"]) {
  const { value, from } = effective[field];
  return own[field] === null ? `${figureWords(field, value)}, ${originWords(from, level)}` : "inherit";
}

function readSettings(fields: FormData): RetentionSettings {
  const read = (field: RetentionField) => {
    const text = String(fields.get(field) ?? "").trim();
    return text === "" ? null : Number(text);
  };
  return {
    freezeAfterDays: read("freezeAfterDays"),
    dailyDays: read("dailyDays"),
    weeklyWeeks: read("weeklyWeeks"),
    monthlyMonths: read("monthlyMonths"),
    yearlyYears: read("yearlyYears"),
  };
}
