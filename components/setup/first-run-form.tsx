"use client";

import { type SubmitEvent, useState } from "react";
import { PASSWORD_MIN_LENGTH } from "../../contracts/limits.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { type SetupOutcome, takeService } from "./take-service.ts";
import { useFragment } from "./use-fragment.ts";

const WRONG_CODE = "This is not the setup code. Each start prints a new one; take the newest.";

/** The provider's name and the first account. The setup code comes from the address, or is asked for. */
export function FirstRunForm() {
  const fragment = useFragment();
  const [outcome, setOutcome] = useState<SetupOutcome | "asking">();
  const kind = outcome === undefined || outcome === "asking" ? undefined : outcome.kind;
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const textOf = (name: string) => String(fields.get(name) ?? "");
    setOutcome("asking");
    const answer = await takeService({
      code: textOf("code") || (fragment ?? ""),
      providerName: textOf("providerName"),
      email: textOf("email"),
      password: textOf("password"),
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
    setOutcome(answer);
    // Replaced, so that going back does not end at a code that is worth nothing any more.
    if (answer.kind === "signed_in") window.location.replace("/companies");
    if (answer.kind === "made" || answer.kind === "setup_done") window.location.replace("/sign-in");
  };
  const isBusy = outcome === "asking" || kind === "signed_in" || kind === "made" || kind === "setup_done";
  return (
    <form method="post" onSubmit={submit} className="grid gap-4">
      <p className="text-ink-2">
        Nobody has an account here yet. Name your service and make the first one: it is an admin's, and lets others in.
      </p>
      {fragment === "" || kind === "setup_code_wrong" ? (
        <Field
          label="Setup code"
          name="code"
          required
          autoComplete="off"
          spellCheck={false}
          className="font-mono"
          hint="It stands in the terminal where Holdfast was started."
          problem={kind === "setup_code_wrong" ? WRONG_CODE : null}
        />
      ) : null}
      <Field
        label="Provider's name"
        name="providerName"
        required
        autoComplete="organization"
        hint="Your customers see it in invitations."
      />
      <Field label="Your e-mail" name="email" type="email" required autoComplete="username" />
      <Field
        label="Password"
        name="password"
        type="password"
        required
        minLength={PASSWORD_MIN_LENGTH}
        autoComplete="new-password"
        hint={`At least ${PASSWORD_MIN_LENGTH} characters. It signs you in; it opens nobody's data.`}
      />
      {typeof outcome === "object" && outcome.kind === "refused" ? (
        <p role="alert" className="text-label text-fail">
          {outcome.message}
        </p>
      ) : null}
      <Button look="solid" size="large" type="submit" disabled={isBusy}>
        {isBusy ? "Making the account" : "Make the first account"}
      </Button>
    </form>
  );
}
