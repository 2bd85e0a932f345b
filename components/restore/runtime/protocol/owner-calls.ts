/** What an owner makes in the browser: the company's keys, and links for machines. */
export interface OwnerCalls {
  /** Whose invitation this is. The link's secret never leaves the browser. @throws VaultFault `bad_link`, `invitation_used`, ... */
  readInvitation(input: { readonly link: string }): Promise<InvitationShown>;
  /** Makes keys and holds them; nothing is sent. A second call makes new ones and forgets the first. */
  draftKeys(input: {
    readonly link: string;
    readonly passphrase: string | null;
    readonly password: string;
  }): Promise<KeysDraft>;
  /** Hands over what the portal may hold, and leaves the vault unlocked. @throws VaultFault as the portal's codes */
  sendKeys(): Promise<void>;
  /** A link that lets one machine in, and the command to run there. Unlocked owners only. */
  createEnrolment(input: { readonly machineName: string; readonly hours: number }): Promise<EnrolmentShown>;
}

export interface InvitationShown {
  readonly companyName: string;
  readonly providerName: string;
  readonly email: string;
}

export interface KeysDraft {
  /** Six words, unless the person chose. */
  readonly passphrase: string;
  /** 24 words; nobody can show them again. */
  readonly recoveryKeyWords: string;
  readonly rootFingerprint: string;
}

export interface EnrolmentShown {
  readonly link: string;
  /** Unix ms. */
  readonly expiresAtMs: number;
  readonly command: string;
}
