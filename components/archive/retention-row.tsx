"use client";

import { useState } from "react";
import { RETENTION_FIELDS, type RetentionSubject, type RetentionView } from "../../contracts/retention.ts";
import type { SettingLevel } from "../../contracts/setting-levels.ts";
import { Button } from "../ui/button.tsx";
import { RetentionForm } from "./retention-form.tsx";
import { originWords, retentionWords } from "./retention-words.ts";

interface RetentionRowProps {
  readonly name: string;
  readonly subject: RetentionSubject;
  readonly retention: RetentionView;
  readonly canEdit: boolean;
}

/** How long something is kept, and where that comes from. An own value has a bar at its side. */
export function RetentionRow({ name, subject, retention, canEdit }: RetentionRowProps) {
  const [isEditing, setEditing] = useState(false);
  const isOwn = RETENTION_FIELDS.some((field) => retention.own[field] !== null);
  return (
    <li className={`border-t border-l-2 border-t-line px-4 py-3 ${isOwn ? "border-l-accent" : "border-l-transparent"}`}>
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2">
        <span className="min-w-[120px] font-[560]">{name}</span>
        <span className="min-w-0 flex-1 basis-[240px]">
          {retentionWords(retention)}
          <span className="block text-small text-ink-3">{originsOf(retention, subject.level)}</span>
        </span>
        {canEdit && !isEditing ? (
          <Button onClick={() => setEditing(true)} aria-label={`Change the retention of ${name}`}>
            Change
          </Button>
        ) : null}
      </div>
      {isEditing ? <RetentionForm subject={subject} retention={retention} onDone={() => setEditing(false)} /> : null}
    </li>
  );
}

/** Each origin once, in the order of the figures. */
function originsOf({ effective }: RetentionView, level: SettingLevel): string {
  return [...new Set(RETENTION_FIELDS.map((field) => originWords(effective[field].from, level)))].join("; ");
}
