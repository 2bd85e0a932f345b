import type { EnrolmentProgress } from "../runtime/protocol/owner-calls.ts";

/** What to expect next, in a sentence. */
export function describeProgress(progress: EnrolmentProgress): string {
  switch (progress.state) {
    case "waiting":
      return "Waiting for the machine. This changes by itself once the command ran.";
    case "expired":
      return "The link has ended and let nobody in.";
    case "enrolled":
      return `${progress.machineName} is enrolled. Its first backup starts with the second command.`;
    case "running":
      return `First backup of ${progress.machineName} is running.`;
    case "failed":
      return `The first backup of ${progress.machineName} ended without a snapshot. The terminal on the machine says why; run it again.`;
    case "done":
      return `${progress.machineName} has its first snapshot.`;
  }
}
