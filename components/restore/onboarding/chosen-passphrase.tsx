import type { SubmitEvent } from "react";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { StepProblem } from "./step-problem.tsx";

/** A passphrase of the person's own, checked where the keys are made; the keys are then others, too. */
export function ChosenPassphrase(props: {
  readonly isBusy: boolean;
  readonly fault: VaultFault | null;
  readonly onChoose: (passphrase: string) => Promise<void>;
  readonly onKeepWords: () => void;
}) {
  const { isBusy, fault } = props;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void props.onChoose(String(new FormData(event.currentTarget).get("passphrase")));
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <p className="text-ink-2">
        Six random words are stronger than what people think of. If you choose, take a long sentence that stands nowhere
        else, and never the login password.
      </p>
      <Field
        label="Your passphrase"
        name="passphrase"
        type="password"
        required
        autoComplete="new-password"
        spellCheck={false}
        hint="At least 16 characters, 8 of them different."
      />
      <StepProblem fault={fault} safe="Nothing was sent, and the six words still count." />
      <div className="flex flex-wrap gap-3">
        <Button look="solid" size="large" type="submit" disabled={isBusy}>
          {isBusy ? "Making new keys, about 2 s" : "Use this passphrase"}
        </Button>
        <Button size="large" onClick={props.onKeepWords} disabled={isBusy}>
          Keep the six words
        </Button>
      </div>
    </form>
  );
}
