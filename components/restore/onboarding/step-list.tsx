import type { Status } from "../../status/status.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import type { OnboardingStage } from "./use-onboarding.ts";

const STEPS = ["Sign-in and keys", "Passphrase", "Recovery key", "First machine"] as const;

const AT: Readonly<Record<OnboardingStage["kind"], number>> = {
  opening: 0,
  closed: 0,
  keys: 0,
  words: 1,
  recovery: 2,
  sent: 3,
};

const DONE: Status = { word: "Done", shape: "check", tone: "ok" };
const NOW: Status = { word: "Now", shape: "running", tone: "accent" };
const TO_COME: Status = { word: "To come", shape: "waiting", tone: "quiet" };

/** The four steps, each with its state in a word. */
export function StepList({ stage }: { readonly stage: OnboardingStage["kind"] }) {
  const now = AT[stage];
  return (
    <ol className="my-6 grid grid-cols-4 gap-2 max-sm:grid-cols-2 print:hidden">
      {STEPS.map((step, at) => (
        <li
          key={step}
          aria-current={at === now ? "step" : undefined}
          className="rounded-card border border-line bg-surface px-3 py-2 aria-[current]:border-accent-line aria-[current]:bg-accent-soft"
        >
          <span className="block text-label font-[560]">
            {at + 1}. {step}
          </span>
          <span className="text-small">
            <StatusMark status={at < now ? DONE : at === now ? NOW : TO_COME} />
          </span>
        </li>
      ))}
    </ol>
  );
}
