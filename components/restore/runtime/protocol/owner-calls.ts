import type { CollectorState } from "../../../../contracts/collectors.ts";

/** What an owner makes in the browser: the company's keys, and links for machines. */
export interface OwnerCalls {
  /** Whose invitation this is. The link's secret never leaves the browser. @throws VaultFault `bad_link`, `invitation_used`, ... */
  readInvitation(input: { readonly link: string }): Promise<InvitationShown>;
  /** Makes keys and holds them; nothing is sent. A second call makes new ones and forgets the first. */
  draftKeys(input: {
    readonly link: string;
    /** Null for six random words. */
    readonly passphrase: string | null;
    readonly password: string;
  }): Promise<KeysDraft>;
  /**
   * Hands over what the portal may hold, signs in, and leaves the vault unlocked. When signing in did not work, the company
   * exists all the same. @throws VaultFault `no_draft`, and the portal's codes
   */
  sendKeys(): Promise<{ readonly isSignedIn: boolean }>;
  /** A link that lets one machine in, and the command to run there. Unlocked owners only. */
  createEnrolment(input: { readonly machineName: string | null; readonly hours: number }): Promise<EnrolmentShown>;
  /** How far the machine of a link got; checked against the company log. Unlocked owners only. */
  readEnrolment(input: { readonly enrolmentId: string }): Promise<EnrolmentProgress>;
  /** The provider's collectors that have not ended. */
  listCollectors(): Promise<readonly CollectorShown[]>;
  /** Lets one in: makes a link for it, as for a machine, and hands it to the provider. Unlocked owners only. */
  consentToCollector(input: { readonly collectorId: string; readonly name: string }): Promise<void>;
  /** Declines what was proposed, or withdraws a consent: it stops, and what it backed up stays. */
  endCollector(input: { readonly collectorId: string }): Promise<void>;
}

export interface InvitationShown {
  readonly companyName: string;
  readonly providerName: string;
  readonly email: string;
}

export interface KeysDraft {
  /** Six words, unless the person chose. */
  readonly passphrase: string;
  /** False for six random words. */
  readonly isChosen: boolean;
  /** 24 words; nobody can show them again. */
  readonly recoveryKeyWords: string;
  readonly rootFingerprint: string;
}

export interface EnrolmentShown {
  readonly enrolmentId: string;
  readonly link: string;
  /** Unix ms. */
  readonly expiresAtMs: number;
  /** For a machine that has the agent already. */
  readonly command: string;
}

export interface CollectorShown {
  readonly collectorId: string;
  readonly name: string;
  /** On the provider's machine, as its staff named it. */
  readonly path: string;
  readonly state: CollectorState;
  readonly problem: string | null;
}

export type EnrolmentProgress =
  | { readonly state: "waiting" | "expired" }
  | {
      /** running: its first backup. failed: the first backup ended without a snapshot. done: there is one. */
      readonly state: "enrolled" | "running" | "failed" | "done";
      readonly machineId: string;
      readonly machineName: string;
    };
