"use client";

import Link from "next/link";
import type { SubmitEvent } from "react";
import { NAME_MAX_LENGTH } from "../../contracts/limits.ts";
import { Button, buttonClass } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { Field } from "../ui/field.tsx";
import { InvitationLink } from "./invitation-link.tsx";
import { inviteNewCompany } from "./make-invitation.ts";
import { useInvitation } from "./use-invitation.ts";

/** Name and owner of a company; then the link for the owner, once. */
export function CreateCompanyForm() {
  const { state, make } = useInvitation();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    void make(inviteNewCompany(String(fields.get("name")).trim(), String(fields.get("email")).trim()));
  };
  if (state.kind === "made") {
    return (
      <Card title={`${state.invitation.companyName} is created. Its owner is invited.`}>
        <InvitationLink invitation={state.invitation} />
        <div className="flex flex-wrap gap-3 border-t border-line px-4 py-3">
          <Link href={`/companies/${state.invitation.companyId}`} className={buttonClass()}>
            Go to the company
          </Link>
        </div>
      </Card>
    );
  }
  return (
    <Card>
      <form onSubmit={submit} className="grid max-w-[460px] gap-4 p-4">
        <Field label="Company's name" name="name" required maxLength={NAME_MAX_LENGTH} autoComplete="off" />
        <Field
          label="Owner's e-mail"
          name="email"
          type="email"
          required
          autoComplete="off"
          hint="The owner makes the company's keys, and signs in with this address."
          problem={state.kind === "refused" && state.field === "email" ? state.message : null}
        />
        {state.kind === "refused" && state.field === "form" ? (
          <p role="alert" className="text-label text-fail">
            {state.message}
          </p>
        ) : null}
        <div className="flex gap-3">
          <Button look="solid" type="submit" disabled={state.kind === "making"}>
            {state.kind === "making" ? "Creating" : "Create company"}
          </Button>
          <Link href="/companies" className={buttonClass()}>
            Cancel
          </Link>
        </div>
      </form>
    </Card>
  );
}
