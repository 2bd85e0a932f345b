import { formatCount } from "../../format/format-bytes.ts";
import { formatDuration } from "../../format/format-duration.ts";
import { plural } from "../basket/describe-basket.ts";
import type { RestorePlan, RestoreProgress } from "../runtime/protocol/restore-calls.ts";

/** The answer over a restore that runs or has ended: n of n, never "success". */
export function takeHeadline(progress: RestoreProgress): string {
  const { state, documents, documentsVerified } = progress;
  const count = `${formatCount(documentsVerified)} of ${plural(documents, "document")}`;
  switch (state) {
    case "planned":
    case "running":
      return `Restoring ${plural(documents, "document")} to this computer`;
    case "paused":
      return `Paused after ${count}`;
    case "waiting":
      return `Waiting for the line after ${count}`;
    case "done":
      return `${count} restored and verified`;
    case "failed":
      return `${count} verified, then it failed`;
    case "cancelled":
      return `Cancelled after ${count}`;
  }
}

/** What is certain, below the headline. */
export function takeProof(progress: RestoreProgress): string {
  const { state, way, fileName, reason } = progress;
  const into = way === "folder" ? `the folder ${fileName}` : fileName;
  switch (state) {
    case "done":
      return "Every chunk was decrypted in your browser and its id computed again. Nothing is missing, nothing is short.";
    case "failed":
      return `${reason ?? "It could not go on."} ${way === "folder" ? "What has its name is whole." : "Your browser marks the download as failed."}`;
    case "cancelled":
      return way === "folder" ? "What has its name is whole." : "The file that was begun is not whole.";
    case "waiting":
      return "What was verified is kept. It goes on by itself as soon as the portal answers.";
    case "planned":
    case "running":
    case "paused":
      return `Into ${into}. Every byte is checked on arrival.`;
  }
}

/** Rounded as PORTAL.md says: seconds under two minutes, then minutes. */
export function timeLeft(secondsLeft: number | null): string | null {
  if (secondsLeft === null) return null;
  if (secondsLeft < 120) return `about ${Math.max(1, Math.round(secondsLeft))} s left`;
  return `about ${formatDuration(Math.round(secondsLeft / 60) * 60_000)} left`;
}

/** "61": whole per cent, 100 only when all is verified. */
export function percentOf({ bytes, bytesVerified, documents, documentsVerified }: RestoreProgress): number {
  const share = bytes > 0 ? bytesVerified / bytes : documents > 0 ? documentsVerified / documents : 0;
  return documentsVerified === documents && bytesVerified >= bytes ? 100 : Math.min(99, Math.floor(share * 100));
}

/** "Restore 4 documents": the action and its size. */
export function planTitle(plan: RestorePlan): string {
  return `Restore ${plural(plan.documents, "document")}`;
}

export function hasEnded({ state }: RestoreProgress): boolean {
  return state === "done" || state === "failed" || state === "cancelled";
}
