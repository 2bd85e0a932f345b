import type { IncidentState } from "../../contracts/incidents.ts";
import type { MachineState } from "../../contracts/machines.ts";
import type { RunOutcome } from "../../contracts/runs.ts";
import type { FindingState } from "../../contracts/scrubs.ts";
import type { ZoneState } from "../../contracts/zones.ts";

export type Shape = "check" | "half" | "triangle" | "octagon" | "dashed" | "running" | "waiting" | "slash";

export type Tone = "ok" | "late" | "fail" | "quiet" | "accent";

/** One state as it is shown: word, shape and colour; the shape alone must do. */
export interface Status {
  readonly word: string;
  readonly shape: Shape;
  readonly tone: Tone;
}

export const MACHINE_STATUS: Readonly<Record<MachineState, Status>> = {
  protected: { word: "Protected", shape: "check", tone: "ok" },
  gaps: { word: "Gaps", shape: "half", tone: "late" },
  failed: { word: "Failed", shape: "octagon", tone: "fail" },
  running: { word: "Running", shape: "running", tone: "accent" },
  never: { word: "Never", shape: "dashed", tone: "quiet" },
};

const RUN_STATUS: Readonly<Record<RunOutcome, Status>> = {
  complete: { word: "Complete", shape: "check", tone: "ok" },
  complete_with_gaps: { word: "Gaps", shape: "half", tone: "late" },
  failed: { word: "Failed", shape: "octagon", tone: "fail" },
  missed: { word: "Missed", shape: "triangle", tone: "late" },
  cancelled: { word: "Cancelled", shape: "slash", tone: "quiet" },
};

export const ZONE_STATUS: Readonly<Record<ZoneState, Status>> = {
  healthy: { word: "Healthy", shape: "check", tone: "ok" },
  catching_up: { word: "Catching up", shape: "running", tone: "accent" },
  unreachable: { word: "Cannot be reached", shape: "octagon", tone: "fail" },
};

export const FINDING_STATUS: Readonly<Record<FindingState, Status>> = {
  lost: { word: "No good copy", shape: "octagon", tone: "fail" },
  open: { word: "Being healed", shape: "running", tone: "accent" },
  healed: { word: "Healed", shape: "check", tone: "ok" },
  gone: { word: "Deleted", shape: "slash", tone: "quiet" },
};

export const INCIDENT_STATUS: Readonly<Record<IncidentState, Status>> = {
  open: { word: "Open", shape: "octagon", tone: "fail" },
  acknowledged: { word: "Acknowledged", shape: "half", tone: "late" },
  closed: { word: "Closed", shape: "check", tone: "quiet" },
};

/** Of a run or a snapshot; a run without an outcome is running. */
export function outcomeStatus(outcome: RunOutcome | null): Status {
  return outcome === null ? MACHINE_STATUS.running : RUN_STATUS[outcome];
}
