import type { MachineView } from "../../contracts/machines.ts";
import { formatBytes, formatCount } from "../format/format-bytes.ts";
import { Ago, Moment } from "../format/moment.tsx";
import { MACHINE_STATUS } from "../status/status.ts";
import { StatusMark } from "../status/status-mark.tsx";
import { ZonePair } from "../status/zone-pair.tsx";
import { FigureRow } from "../ui/card.tsx";

/** The facts of one machine, each under its question. */
export function MachineFigures({ machine }: { readonly machine: MachineView }) {
  const last = machine.lastSnapshot;
  return (
    <FigureRow
      figures={[
        { label: "State", value: <StatusMark status={MACHINE_STATUS[machine.state]} /> },
        {
          label: "Last snapshot",
          value: last === null ? "none yet" : <Moment at={last.receivedAt} />,
          note: last === null ? undefined : <Ago at={last.receivedAt} />,
        },
        { label: "Copies", value: last === null ? "none yet" : <ZonePair copies={last.copies} /> },
        {
          label: "Holds",
          value: last === null ? "nothing yet" : formatBytes(last.bytes),
          note: last === null ? undefined : `${formatCount(last.files)} ${last.files === 1 ? "document" : "documents"}`,
        },
        {
          label: "Last seen",
          value: machine.lastSeenAt === null ? "never" : <Moment at={machine.lastSeenAt} />,
          note: machine.agentVersion === null ? undefined : `agent ${machine.agentVersion}`,
        },
        {
          label: "Enrolled",
          value: <Moment at={machine.enrolledAt} />,
          note: <Ago at={machine.enrolledAt} />,
        },
      ]}
    />
  );
}
