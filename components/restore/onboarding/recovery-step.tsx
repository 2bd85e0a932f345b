import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import type { KeysDraft } from "../runtime/protocol/owner-calls.ts";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { QuizForm } from "./quiz-form.tsx";
import { groupFingerprint, recoveryText } from "./recovery-text.ts";
import { saveText } from "./save-text.ts";
import { StepCard } from "./step-card.tsx";
import { StepProblem } from "./step-problem.tsx";
import { WordGrid } from "./word-grid.tsx";

const ASKED = 4;

interface RecoveryStepProps {
  readonly draft: KeysDraft;
  readonly isBusy: boolean;
  readonly fault: VaultFault | null;
  readonly companyName: string;
  readonly onConfirm: () => Promise<void>;
}

/** 24 words to print, to save or to copy by hand; a part typed back; only then everything is sent. */
export function RecoveryStep({ draft, isBusy, fault, companyName, onConfirm }: RecoveryStepProps) {
  const [isAsked, setIsAsked] = useState(false);
  const words = draft.recoveryKeyWords.split(" ");
  return (
    <StepCard
      title={isAsked ? `Type ${ASKED} of the 24 words.` : "Keep the recovery key: print it, or save it."}
      never="Nobody can show the recovery key again. If passphrase and recovery key are both lost, nobody can read the backups any more."
    >
      {isAsked ? (
        <>
          <QuizForm
            words={words}
            count={ASKED}
            confirm={isBusy ? "Handing over, a few seconds" : "Confirm, and hand over what is sealed"}
            isBusy={isBusy}
            onRight={() => void onConfirm()}
            onShowAgain={() => setIsAsked(false)}
          />
          <StepProblem fault={fault} safe="The keys are still here: try again, and do not load this page again." />
        </>
      ) : (
        <RecoverySheet
          companyName={companyName}
          words={words}
          rootFingerprint={draft.rootFingerprint}
          onKept={() => setIsAsked(true)}
        />
      )}
    </StepCard>
  );
}

function RecoverySheet(props: {
  readonly companyName: string;
  readonly words: readonly string[];
  readonly rootFingerprint: string;
  readonly onKept: () => void;
}) {
  const [isKept, setIsKept] = useState(false);
  const { companyName, words, rootFingerprint } = props;
  const print = () => {
    window.print();
    setIsKept(true);
  };
  const save = () => {
    saveText("holdfast-recovery-key.txt", recoveryText({ companyName, words: words.join(" "), rootFingerprint }));
    setIsKept(true);
  };
  return (
    <>
      <h3 className="hidden text-headline font-semibold print:block">Recovery key of {companyName}</h3>
      <p className="text-ink-2">
        These 24 words open everything without the passphrase. Keep them on paper in a safe, and away from the six
        words.
      </p>
      <WordGrid words={words} label="Recovery key" />
      <p className="text-small text-ink-3">
        Root fingerprint, to compare: <span className="font-mono break-words">{groupFingerprint(rootFingerprint)}</span>
      </p>
      <div className="flex flex-wrap gap-3 print:hidden">
        <Button size="large" onClick={print}>
          Print
        </Button>
        <Button size="large" onClick={save}>
          Save as a text file
        </Button>
      </div>
      <label className="flex items-start gap-2 text-label print:hidden">
        <input
          type="checkbox"
          checked={isKept}
          onChange={(event) => setIsKept(event.currentTarget.checked)}
          className="mt-[2px] size-4 accent-accent-solid"
        />
        The words are printed, saved or written down.
      </label>
      <div className="print:hidden">
        <Button look="solid" size="large" onClick={props.onKept} disabled={!isKept}>
          Go on
        </Button>
      </div>
    </>
  );
}
