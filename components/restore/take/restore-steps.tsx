import { formatBytes } from "../../format/format-bytes.ts";
import type { Status } from "../../status/status.ts";
import { StatusShape } from "../../status/status-mark.tsx";
import { plural } from "../basket/describe-basket.ts";
import type { RestoreProgress } from "../runtime/protocol/restore-calls.ts";

type StepState = Pick<Status, "shape" | "tone">;

const DONE: StepState = { shape: "check", tone: "ok" };
const TO_COME: StepState = { shape: "waiting", tone: "quiet" };

const READING: Readonly<Record<RestoreProgress["state"], StepState & { readonly word: string }>> = {
  planned: { ...TO_COME, word: "Reading and checking" },
  running: { shape: "running", tone: "accent", word: "Reading and checking" },
  paused: { ...TO_COME, word: "Paused" },
  waiting: { shape: "triangle", tone: "late", word: "Waiting for the line" },
  done: { ...DONE, word: "Read and checked" },
  failed: { shape: "octagon", tone: "fail", word: "Failed" },
  cancelled: { shape: "slash", tone: "quiet", word: "Cancelled" },
};

/** Where a restore stands, from the plan to the receipt. */
export function RestoreSteps({ progress }: { readonly progress: RestoreProgress }) {
  const isDone = progress.state === "done";
  const reading = READING[progress.state];
  const end = isDone ? DONE : TO_COME;
  return (
    <ol className="mt-4 grid grid-cols-[repeat(auto-fit,minmax(150px,1fr))] gap-x-4 gap-y-3">
      <Step at={DONE} word="Planned" note={plural(progress.documents, "document")} />
      <Step
        at={reading}
        word={reading.word}
        note={`${plural(progress.requests, "request")}, ${formatBytes(progress.bytesRead)}`}
      />
      {progress.way === "zip" ? (
        <Step at={end} word={isDone ? "ZIP closed" : "Closing the ZIP"} note="at the announced length" />
      ) : null}
      <Step at={end} word="Receipt" note="signed by your key" />
    </ol>
  );
}

function Step(props: { readonly at: StepState; readonly word: string; readonly note: string }) {
  return (
    <li className="flex gap-2">
      <span className="mt-[3px]">
        <StatusShape shape={props.at.shape} tone={props.at.tone} />
      </span>
      <span>
        <span className="block font-[560]">{props.word}</span>
        <span className="block text-small text-ink-2">{props.note}</span>
      </span>
    </li>
  );
}
