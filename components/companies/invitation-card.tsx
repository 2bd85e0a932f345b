"use client";

import type { SubmitEvent } from "react";
import type { OpenInvitationView } from "../../contracts/companies.ts";
import { Moment } from "../format/moment.tsx";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { Field } from "../ui/field.tsx";
import { InvitationLink } from "./invitation-link.tsx";
import { inviteAgain } from "./make-invitation.ts";
import { useInvitation } from "./use-invitation.ts";

interface InvitationCardProps {
  readonly companyId: string;
  readonly companyName: string;
  readonly invitation: NonNullable<OpenInvitationView>;
  readonly canRenew: boolean;
}

/** What a company without keys waits for, and another link when the first is lost or too old. */
export function InvitationCard(props: InvitationCardProps) {
  const { state, make } = useInvitation();
  const { email, expiresAt, isExpired } = props.invitation;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const ownerEmail = String(new FormData(event.currentTarget).get("email")).trim();
    void make(inviteAgain(props, ownerEmail));
  };
  if (state.kind === "made") {
    return (
      <Card title="A new link is made. The old one opens nothing any more.">
        <InvitationLink invitation={state.invitation} />
      </Card>
    );
  }
  return (
    <Card title={isExpired ? "The invitation has expired" : "Invited"}>
      <div className="grid gap-4 border-t border-line px-4 py-4">
        <p className="text-ink-2">
          {email} {isExpired ? "did not use the link, which ended" : "has a link that works once, until"}{" "}
          <Moment at={expiresAt} />. Nothing can be backed up before the owner has made the company's keys.
        </p>
        {props.canRenew ? (
          <form onSubmit={submit} className="flex max-w-[560px] flex-wrap items-end gap-3">
            <div className="min-w-0 flex-1 basis-[260px]">
              <Field
                label="Owner's e-mail"
                name="email"
                type="email"
                required
                defaultValue={email}
                autoComplete="off"
                problem={state.kind === "refused" ? state.message : null}
              />
            </div>
            <Button size="large" type="submit" disabled={state.kind === "making"}>
              New link
            </Button>
          </form>
        ) : (
          <p className="text-small text-ink-3">Admins and operators make a new link.</p>
        )}
      </div>
    </Card>
  );
}
