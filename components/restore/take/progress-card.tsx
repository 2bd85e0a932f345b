import { formatBytes, formatCount } from "../../format/format-bytes.ts";
import { plural } from "../basket/describe-basket.ts";
import type { RestoreProgress } from "../runtime/protocol/restore-calls.ts";
import { milestoneOf } from "./milestone.ts";
import { RestoreSteps } from "./restore-steps.tsx";
import { hasEnded, percentOf, takeHeadline, timeLeft } from "./take-words.ts";

/** Figure, bytes, time left and counts; announced at quarters and at the end. */
export function ProgressCard({ progress }: { readonly progress: RestoreProgress }) {
  const percent = percentOf(progress);
  const left = hasEnded(progress) ? null : timeLeft(progress.secondsLeft);
  const milestone = milestoneOf(percent, hasEnded(progress));
  const tone =
    progress.state === "failed" ? "bg-fail-mark" : progress.state === "done" ? "bg-ok-mark" : "bg-accent-solid";
  return (
    <section aria-label="Progress" className="rounded-card border border-line bg-surface px-4 py-4 shadow-card">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span className="text-figure font-semibold">{percent} %</span>
          <span className="text-ink-2">
            {formatBytes(progress.bytesVerified)} of {formatBytes(progress.bytes)}
            {left === null ? "" : `, ${left}`}
          </span>
        </p>
        <p className="text-ink-2">
          {formatCount(progress.documentsVerified)} of {plural(progress.documents, "document")} verified
          {progress.bytesPerSecond === null ? "" : `, ${formatBytes(progress.bytesPerSecond)}/s`}
        </p>
      </div>
      <div
        role="progressbar"
        aria-label={takeHeadline(progress)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        className="mt-3 h-2 overflow-hidden rounded-key bg-line"
      >
        <div className={`h-full ${tone}`} style={{ width: `${percent}%` }} />
      </div>
      <p role="status" className="sr-only">
        {milestone === null ? "" : hasEnded(progress) ? takeHeadline(progress) : `${milestone} %`}
      </p>
      <RestoreSteps progress={progress} />
    </section>
  );
}
