import type { MachineView } from "../../contracts/machines.ts";
import type { RunView } from "../../contracts/runs.ts";
import type { MachineScheduleView } from "../../contracts/schedules.ts";
import type { SnapshotView } from "../../contracts/snapshots.ts";
import type { Viewer } from "../../contracts/viewer.ts";
import { canKeep } from "../archive/can-keep.ts";
import { type MachineRetention, RetentionCard } from "../archive/retention-card.tsx";
import { RefreshWhenRunsChange } from "../live/refresh-when-runs-change.tsx";
import { RunsTable } from "../runs/runs-table.tsx";
import { ScheduleCard } from "../schedules/schedule-card.tsx";
import { canPlan, machineLines, scheduleNote } from "../schedules/schedule-lines.ts";
import { SnapshotsTable } from "../snapshots/snapshots-table.tsx";
import { Breadcrumb } from "../ui/breadcrumb.tsx";
import { Card } from "../ui/card.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { MachineFigures } from "./machine-figures.tsx";
import { machineHeadline } from "./machine-headline.ts";
import { openRunIdsOf } from "./machine-list.ts";

/** One machine with its snapshots, as staff and members see it. Runs are for staff: members see what came of them. */
export function MachinePage(props: {
  readonly path: readonly { readonly href: string; readonly word: string }[];
  readonly machine: MachineView;
  readonly snapshots: readonly SnapshotView[];
  readonly nextHref: string | null;
  readonly runs: readonly RunView[] | null;
  readonly schedule: MachineScheduleView;
  readonly retention: MachineRetention;
  readonly viewer: Viewer;
}) {
  const { machine } = props;
  return (
    <>
      <RefreshWhenRunsChange shown={openRunIdsOf([machine])} companyId={machine.companyId} />
      <Breadcrumb path={props.path} here={machine.name} />
      <PageHead
        headline={machineHeadline(machine)}
        proof={
          props.runs === null
            ? "Names and contents are sealed. Only your company can open them."
            : `${machine.companyName}. Names and contents are sealed; only the company can open them.`
        }
      />
      <MachineFigures machine={machine} />
      <ScheduleCard
        lines={machineLines(props.schedule, machine, props.viewer)}
        note={scheduleNote(canPlan(props.viewer))}
      />
      <RetentionCard machine={machine} retention={props.retention} canEdit={canKeep(props.viewer)} />
      <Card title="Snapshots" note="newest first">
        <SnapshotsTable rows={props.snapshots} nextHref={props.nextHref} canHold={canKeep(props.viewer)} />
      </Card>
      {props.runs === null ? null : (
        <Card title="Runs" note="newest first">
          <RunsTable rows={props.runs} nextHref={null} />
        </Card>
      )}
    </>
  );
}
