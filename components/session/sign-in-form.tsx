"use client";

import { type SubmitEvent, useId, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { nextAddress } from "./next-address.ts";
import { type SignInOutcome, signInHere } from "./sign-in-request.ts";

const REFUSAL: Readonly<Record<Exclude<SignInOutcome, "signed_in">, string>> = {
  wrong_credentials: "This e-mail address and password do not belong together. Nothing was changed. Try again.",
  rate_limited: "Too many tries. Wait a quarter of an hour, then try again.",
  unreachable: "The portal did not answer. What is stored is safe. Try again in a moment.",
};

/** E-mail and password; the passphrase that opens the keys is another thing, and never asked for here. */
export function SignInForm() {
  const [outcome, setOutcome] = useState<SignInOutcome | "asking">();
  const refusalId = useId();
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setOutcome("asking");
    const answer = await signInHere(String(fields.get("email")), String(fields.get("password")));
    setOutcome(answer);
    if (answer === "signed_in") window.location.assign(nextAddress(window.location.search));
  };
  const refusal = outcome === undefined || outcome === "asking" || outcome === "signed_in" ? null : REFUSAL[outcome];
  const isWrong = refusal === null ? undefined : true;
  return (
    <form method="post" onSubmit={submit} className="grid gap-4" aria-describedby={refusal ? refusalId : undefined}>
      <Field label="E-mail" name="email" type="email" required autoComplete="username" aria-invalid={isWrong} />
      <Field
        label="Password"
        name="password"
        type="password"
        required
        autoComplete="current-password"
        aria-invalid={isWrong}
      />
      <p id={refusalId} role="alert" className={refusal === null ? "sr-only" : "text-label text-fail"}>
        {refusal}
      </p>
      <Button look="solid" size="large" type="submit" disabled={outcome === "asking" || outcome === "signed_in"}>
        {outcome === "asking" || outcome === "signed_in" ? "Signing in" : "Sign in"}
      </Button>
    </form>
  );
}
