import { type SubmitEvent, useState } from "react";
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from "../../../contracts/limits.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { StepCard } from "./step-card.tsx";
import { StepProblem } from "./step-problem.tsx";

interface KeysStepProps {
  readonly email: string;
  readonly isBusy: boolean;
  readonly fault: VaultFault | null;
  readonly onMake: (password: string) => Promise<void>;
}

/** The login password, which opens nothing; then the keys are made. */
export function KeysStep({ email, isBusy, fault, onMake }: KeysStepProps) {
  const [isDifferent, setIsDifferent] = useState(false);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const password = String(fields.get("password"));
    const isSame = password === fields.get("again");
    setIsDifferent(!isSame);
    if (isSame) void onMake(password);
  };
  return (
    <StepCard
      title="Choose a login password. Then the keys are made."
      never="Until step 3 is confirmed nothing is sent. Loading this page again before that makes new keys, and words that you wrote down are worth nothing."
    >
      <p className="text-ink-2">
        The password signs you in and opens no data: the portal sees it. Your passphrase comes next, and no server ever
        sees that one.
      </p>
      <form onSubmit={submit} className="grid gap-4">
        <Field label="E-mail" name="username" type="email" value={email} readOnly autoComplete="username" />
        <Field
          label="Login password"
          name="password"
          type="password"
          required
          minLength={PASSWORD_MIN_LENGTH}
          maxLength={PASSWORD_MAX_LENGTH}
          autoComplete="new-password"
          hint={`At least ${PASSWORD_MIN_LENGTH} characters.`}
        />
        <Field
          label="Login password again"
          name="again"
          type="password"
          required
          autoComplete="new-password"
          problem={isDifferent ? "This is not the same password." : null}
        />
        <StepProblem fault={fault} safe="Nothing was sent." />
        <Button look="solid" size="large" type="submit" disabled={isBusy}>
          {isBusy ? "Making the keys, about 2 s" : "Make the keys here"}
        </Button>
      </form>
    </StepCard>
  );
}
