import type { CollectorState, CollectorView } from "../../contracts/collectors.ts";
import type { Status } from "../status/status.ts";

const STATUS: Readonly<Record<CollectorState, Status>> = {
  proposed: { word: "Asks an owner", shape: "waiting", tone: "quiet" },
  consented: { word: "Being enrolled", shape: "running", tone: "accent" },
  working: { word: "Working", shape: "check", tone: "ok" },
  ended: { word: "Ended", shape: "slash", tone: "quiet" },
};

const NEW_ONE = "Remove it, and ask the owners again for a new one.";

/** What keeps a collector from working, and what to do about it. */
const PROBLEMS: Readonly<Record<string, string>> = {
  path_missing: "The folder is not there, or the service may not list it. Mount it, and see whom it belongs to.",
  path_empty: "Nothing lies in the folder, as in a volume that is not mounted. It is not backed up as empty.",
  path_outside: "A link leads out of what the service may read. Propose the folder that it leads to.",
  path_of_service:
    "The service's own data or a zone lies in this folder, or it in them. Propose a folder apart from both.",
  path_taken: "An older collector has this folder, or one in it or above it.",
  identity_lost: `Its identity is not on the service's machine any more. ${NEW_ONE}`,
  link_lost: `The owner's link is gone. ${NEW_ONE}`,
  enrolment_expired: `The owner's link had expired before the service could use it. ${NEW_ONE}`,
  memory_exceeded: "It took more memory than it may and was ended. See HOLDFAST_COLLECTOR_MEMORY_MIB.",
  portal_unreachable: "It does not reach the portal under its public address. It is tried again.",
};

export function collectorStatus({ state, problem }: Pick<CollectorView, "state" | "problem">): Status {
  const isHeldUp = problem !== null && (state === "consented" || state === "working");
  return isHeldUp ? { word: "Held up", shape: "triangle", tone: "late" } : STATUS[state];
}

/** A sentence; null when nothing keeps it from working. */
export function problemSentence({ state, problem }: Pick<CollectorView, "state" | "problem">): string | null {
  if (problem === null || state === "ended" || state === "proposed") return null;
  return PROBLEMS[problem] ?? `It failed and is tried again: ${problem}.`;
}
