import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import type { KeysDraft } from "../runtime/protocol/owner-calls.ts";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { ChosenPassphrase } from "./chosen-passphrase.tsx";
import { QuizForm } from "./quiz-form.tsx";
import { StepCard } from "./step-card.tsx";
import { TypedAgain } from "./typed-again.tsx";
import { WordGrid } from "./word-grid.tsx";

const ASKED = 3;
/** As `generatePassphrase` joins them. A passphrase of one's own may have dashes, too: it is asked back as a whole. */
const SEPARATOR = "-";

interface WordsStepProps {
  readonly draft: KeysDraft;
  readonly isBusy: boolean;
  readonly fault: VaultFault | null;
  readonly providerName: string;
  readonly onMakeAgain: (passphrase: string | null) => Promise<void>;
  readonly onConfirm: () => void;
}

/** Six words, shown, then three of them asked back; or a passphrase of one's own, typed once more. */
export function WordsStep({ draft, isBusy, fault, providerName, onMakeAgain, onConfirm }: WordsStepProps) {
  const [view, setView] = useState<"shown" | "asked" | "choosing">("shown");
  const { passphrase, isChosen } = draft;
  const never = `Nobody can show this passphrase again or reset it, neither ${providerName} nor we. If it is lost, only the recovery key opens the company.`;
  if (view === "choosing") {
    return (
      <StepCard title="Choose a passphrase of your own." never={never}>
        <ChosenPassphrase isBusy={isBusy} fault={fault} onChoose={onMakeAgain} onKeepWords={() => setView("shown")} />
      </StepCard>
    );
  }
  if (isChosen) {
    return (
      <StepCard title="Type your passphrase once more." never={never}>
        <TypedAgain passphrase={passphrase} onRight={onConfirm} />
        <p>
          <Button onClick={() => onMakeAgain(null)} disabled={isBusy}>
            {isBusy ? "Making new keys, about 2 s" : "Take six words instead"}
          </Button>
        </p>
      </StepCard>
    );
  }
  const words = passphrase.split(SEPARATOR);
  if (view === "asked") {
    return (
      <StepCard title="Type three of the six words." never={never}>
        <QuizForm
          words={words}
          count={ASKED}
          confirm="These are the words"
          onRight={onConfirm}
          onShowAgain={() => setView("shown")}
        />
      </StepCard>
    );
  }
  return (
    <StepCard title="Write down these six words: your passphrase." never={never}>
      <p className="text-ink-2">
        With them you unlock in any browser, joined by dashes. Write them on paper or into a password manager, not into
        a file on a machine that is backed up.
      </p>
      <WordGrid words={words} label="Passphrase" />
      <div className="flex flex-wrap gap-3">
        <Button look="solid" size="large" onClick={() => setView("asked")}>
          I have written them down
        </Button>
        <Button size="large" onClick={() => setView("choosing")}>
          Choose my own instead
        </Button>
      </div>
    </StepCard>
  );
}
