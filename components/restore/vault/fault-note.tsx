import { Button } from "../../ui/button.tsx";
import { sentenceOf } from "../onboarding/step-problem.tsx";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";

/** In the place that failed, with the rest working: what happened, what is safe, what to do, a code to quote. */
export function FaultNote(props: {
  readonly title: string;
  readonly fault: VaultFault;
  readonly onRetry?: () => void;
}) {
  const { fault } = props;
  return (
    <section role="alert" className="m-4 rounded-card border border-line bg-fail-soft px-4 py-3">
      <p className="font-[560] text-fail">{props.title}</p>
      <p className="mt-1 break-words text-ink-2">{sentenceOf(fault.message)}</p>
      <p className="mt-1 text-ink-2">What is stored is not touched by it.</p>
      <p className="mt-2 flex flex-wrap items-center gap-3 font-mono text-small text-ink-2">
        {props.onRetry === undefined ? null : (
          <Button className="font-sans" onClick={props.onRetry}>
            Try again
          </Button>
        )}
        {fault.code}
      </p>
    </section>
  );
}
