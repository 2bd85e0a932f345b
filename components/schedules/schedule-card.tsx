import { Card } from "../ui/card.tsx";
import type { ScheduleLine } from "./schedule-lines.ts";
import { ScheduleRow } from "./schedule-row.tsx";

/** The levels from the widest to the narrowest: what a row leaves open comes from the one above. */
export function ScheduleCard({ lines, note }: { readonly lines: readonly ScheduleLine[]; readonly note: string }) {
  return (
    <Card title="Schedule" note={note}>
      <ul>
        {lines.map((line) => (
          <ScheduleRow key={`${line.subject.level} ${line.name}`} {...line} />
        ))}
      </ul>
    </Card>
  );
}
