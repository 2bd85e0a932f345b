import { buttonClass } from "../../ui/button.tsx";
import { AddMachine } from "../enrol/add-machine.tsx";
import type { VaultCalls } from "../runtime/protocol/vault-protocol.ts";
import type { CallClient } from "../runtime/rpc.ts";
import { useLock } from "../vault/use-lock.ts";
import { StepCard } from "./step-card.tsx";

/** The keys exist. A machine may follow now or later. */
export function MachineStep({
  vault,
  isSignedIn,
}: {
  readonly vault: CallClient<VaultCalls>;
  readonly isSignedIn: boolean;
}) {
  // Somebody who waits here for a machine is there: the vault stays open as everywhere else.
  useLock(vault);
  if (!isSignedIn) {
    return (
      <StepCard
        title="The keys are made. Sign in to go on."
        never="Keep passphrase and recovery key: nobody can make them again."
      >
        <p className="text-ink-2">The portal has what it may hold; only signing in did not work. Your words count.</p>
        <p>
          <a href="/sign-in" className={buttonClass("solid", "large")}>
            Go to the sign-in
          </a>
        </p>
      </StepCard>
    );
  }
  return (
    <StepCard
      title="The keys are made. Let the first machine in."
      never="What a machine loses before its first backup nobody can bring back. Do not wait too long."
    >
      <AddMachine vault={vault} />
      <p className="border-t border-line pt-4">
        <a href="/home" className="font-[560] text-accent underline underline-offset-2">
          Later: go to the first page
        </a>
      </p>
    </StepCard>
  );
}
