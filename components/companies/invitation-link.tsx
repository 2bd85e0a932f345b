"use client";

import { useId } from "react";
import { formatExactMoment } from "../format/format-moment.ts";
import { Moment } from "../format/moment.tsx";
import { useReader } from "../format/reader-context.ts";
import { buttonClass } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { invitationMailto, invitationText } from "./invitation-text.ts";
import type { MadeInvitation } from "./make-invitation.ts";

/** The only time that a link is shown: the server does not know its secret. */
export function InvitationLink({ invitation }: { readonly invitation: MadeInvitation }) {
  const { timeZone } = useReader();
  const linkId = useId();
  const { companyName, ownerEmail, link, expiresAt } = invitation;
  const text = invitationText({ companyName, link, until: formatExactMoment(expiresAt, timeZone) });
  return (
    <div className="grid gap-4 border-t border-line px-4 py-4">
      <p className="text-ink-2">
        Send this link to <strong className="font-[560] text-ink">{ownerEmail}</strong> by a way that you trust. It
        works once, until <Moment at={expiresAt} />. It is not shown again: the server does not know its secret.
      </p>
      <div className="grid gap-1">
        <label htmlFor={linkId} className="text-small text-ink-2">
          Invitation link
        </label>
        <textarea
          id={linkId}
          readOnly
          rows={4}
          value={link}
          onFocus={(event) => event.currentTarget.select()}
          className="w-full field-sizing-content resize-none rounded-control border border-control bg-sunken px-3 py-2 font-mono text-small break-all text-ink"
        />
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <CopyButton text={link} label="Copy the link" />
        <CopyButton text={text} label="Copy a letter with it" />
        <a href={invitationMailto(ownerEmail, companyName, text)} className={buttonClass()}>
          Write an e-mail
        </a>
      </div>
    </div>
  );
}
