import type { MachineView } from "../../contracts/machines.ts";
import type { MachineScheduleView } from "../../contracts/schedules.ts";
import { sourceLabel } from "../machines/source-label.ts";
import { Card } from "../ui/card.tsx";
import { ScheduleRow } from "./schedule-row.tsx";

interface ScheduleCardProps {
  readonly machine: MachineView;
  readonly schedule: MachineScheduleView;
  readonly canEdit: boolean;
}

/** When a machine and each of its sources are backed up. What a row leaves open comes from the one above, or from the company. */
export function ScheduleCard({ machine, schedule, canEdit }: ScheduleCardProps) {
  const { machineId } = machine;
  return (
    <Card
      title="Schedule"
      note={
        canEdit
          ? "a source follows the machine unless it says otherwise"
          : "owners and the provider's operators change it"
      }
    >
      <ul>
        <ScheduleRow
          name="This machine"
          subject={{ level: "machine", machineId }}
          schedule={schedule.machine}
          canEdit={canEdit}
        />
        {schedule.sources.map(({ sourceId, kind, ordinal, schedule: own }) => (
          <ScheduleRow
            key={sourceId}
            name={sourceLabel({ sourceKind: kind, sourceOrdinal: ordinal })}
            subject={{ level: "source", machineId, sourceId }}
            schedule={own}
            canEdit={canEdit}
          />
        ))}
      </ul>
    </Card>
  );
}
