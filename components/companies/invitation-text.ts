/** The letter around an invitation; `until` is the moment as the reader of the portal sees it. */
export function invitationText(invitation: {
  readonly companyName: string;
  readonly link: string;
  readonly until: string;
}): string {
  return [
    `You are invited to make the keys of ${invitation.companyName}: only these keys open its backups.`,
    "",
    invitation.link,
    "",
    `The link works once, until ${invitation.until}. Whoever has it becomes the owner, so do not pass it on.`,
    "Take ten minutes and something to write on, or a printer.",
  ].join("\n");
}

/** Opens the mail program with the letter in it. */
export function invitationMailto(ownerEmail: string, companyName: string, text: string): string {
  const subject = `Make the keys of ${companyName}`;
  return `mailto:${encodeURIComponent(ownerEmail)}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(text)}`;
}
