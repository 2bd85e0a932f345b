import { MACHINE_STATUS, type Status } from "../../status/status.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import type { EnrolmentProgress } from "../runtime/protocol/owner-calls.ts";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { describeProgress } from "./describe-progress.ts";

const STATUS: Readonly<Record<EnrolmentProgress["state"], Status>> = {
  waiting: { word: "Waiting", shape: "waiting", tone: "quiet" },
  expired: { word: "Expired", shape: "slash", tone: "quiet" },
  enrolled: { word: "Enrolled", shape: "half", tone: "accent" },
  running: MACHINE_STATUS.running,
  failed: MACHINE_STATUS.failed,
  done: MACHINE_STATUS.protected,
};

/** How far the machine got, live. */
export function MachineProgress(props: { readonly progress: EnrolmentProgress; readonly fault: VaultFault | null }) {
  const { progress, fault } = props;
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-card bg-sunken px-4 py-3">
      <StatusMark status={STATUS[progress.state]} />
      <span className="min-w-0 text-ink-2">{describeProgress(progress)}</span>
      {fault === null ? null : (
        <span className="basis-full text-small text-fail">
          {fault.code === "certificate_invalid" || fault.code === "vault_locked"
            ? fault.message
            : `Not live: ${fault.message} Trying again.`}
        </span>
      )}
    </div>
  );
}
