import { useEffect, useState } from "react";
import type { VaultCalls } from "../runtime/protocol/vault-protocol.ts";
import type { CallClient } from "../runtime/rpc.ts";
import { ClosedInvitation } from "./closed-invitation.tsx";
import { KeysStep } from "./keys-step.tsx";
import { MachineStep } from "./machine-step.tsx";
import { RecoveryStep } from "./recovery-step.tsx";
import { StepList } from "./step-list.tsx";
import { type Onboarding, useOnboarding } from "./use-onboarding.ts";
import { WordsStep } from "./words-step.tsx";

interface OnboardScreenProps {
  readonly vault: CallClient<VaultCalls>;
  /** The invitation; null when the address holds none (any more). */
  readonly link: string | null;
}

/** An owner who was invited makes the company's keys. Nobody is signed in before the end of it. */
export function OnboardScreen({ vault, link }: OnboardScreenProps) {
  // Held: once the keys are sent, the address loses the invitation, and the last step goes on.
  const [held] = useState(link);
  useEffect(() => {
    document.title = "Make the keys, Holdfast";
    if (held === null) location.hash = "#/enrol";
  }, [held]);
  return held === null ? null : <Steps vault={vault} link={held} />;
}

function Steps({ vault, link }: { readonly vault: CallClient<VaultCalls>; readonly link: string }) {
  const onboarding = useOnboarding(vault, link);
  const { stage, invitation, fault } = onboarding;
  if (stage.kind === "closed" && fault !== null) return <ClosedInvitation fault={fault} />;
  if (stage.kind === "opening" || invitation === null) {
    return (
      <main className="mx-auto max-w-[620px] px-4 py-12">
        <h1 className="text-headline font-semibold">Opening the invitation</h1>
      </main>
    );
  }
  return (
    <main className="mx-auto max-w-[620px] px-4 py-12 max-sm:py-6">
      <p className="text-small text-ink-3 print:hidden">
        {invitation.companyName}, backed up by {invitation.providerName}
      </p>
      <h1 className="mt-1 text-headline font-semibold text-balance break-words print:hidden">
        Make the keys of {invitation.companyName}.
      </h1>
      <p className="mt-2 text-ink-2 print:hidden">
        They are made in this browser and open everything that is backed up. {invitation.providerName} never has them.
      </p>
      <StepList stage={stage.kind} />
      <Step vault={vault} onboarding={onboarding} />
    </main>
  );
}

function Step({ vault, onboarding }: { readonly vault: CallClient<VaultCalls>; readonly onboarding: Onboarding }) {
  const { stage, invitation, isBusy, fault } = onboarding;
  if (invitation === null) return null;
  switch (stage.kind) {
    case "opening":
    case "closed":
      return null;
    case "keys":
      return <KeysStep email={invitation.email} isBusy={isBusy} fault={fault} onMake={onboarding.make} />;
    case "words":
      return (
        // Other keys are other words: nothing of the screen before may stay.
        <WordsStep
          key={stage.draft.rootFingerprint}
          draft={stage.draft}
          isBusy={isBusy}
          fault={fault}
          providerName={invitation.providerName}
          onMakeAgain={onboarding.makeAgain}
          onConfirm={onboarding.confirmWords}
        />
      );
    case "recovery":
      return (
        <RecoveryStep
          draft={stage.draft}
          isBusy={isBusy}
          fault={fault}
          companyName={invitation.companyName}
          onConfirm={onboarding.send}
        />
      );
    case "sent":
      return <MachineStep vault={vault} isSignedIn={stage.isSignedIn} />;
  }
}
