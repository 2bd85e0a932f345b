export type StaffRole = "admin" | "operator" | "auditor";
export type MemberRole = "owner" | "restorer" | "viewer";

/** One person: staff of the provider (companyId null) or a member of one company. */
export type PersonRow = {
  readonly personId: string;
  readonly email: string;
  /** Argon2id, PHC text. */
  readonly passwordHash: string;
} & (
  | { readonly kind: "staff"; readonly role: StaffRole; readonly companyId: null }
  | { readonly kind: "member"; readonly role: MemberRole; readonly companyId: string }
);

export interface InvitationRow {
  readonly invitationId: string;
  readonly companyId: string;
  readonly companyName: string;
  readonly providerName: string;
  readonly email: string;
  readonly role: MemberRole;
  /** SHA-256 of the HMAC that the invited person shows (FORMAT.md section 8). */
  readonly authHash: Uint8Array;
  readonly expiresAt: Date;
  readonly isUsed: boolean;
  readonly isExpired: boolean;
}

export interface NewCompany {
  readonly companyId: string;
  readonly name: string;
  readonly invitation: {
    readonly invitationId: string;
    readonly email: string;
    readonly role: MemberRole;
    readonly authHash: Uint8Array;
    readonly lifetimeMs: number;
  };
  /** The staff member who acts. */
  readonly byPersonId: string;
}

/** An object that is kept as signed or sealed bytes, in the database and, named by number and hash, in every zone. */
export interface KeyObject {
  readonly kind: KeyObjectKind;
  /** Position in its chain: statement number, wrap number, definition number; 0 for certificates. */
  readonly number: number;
  /** SHA-256 of `bytes`. */
  readonly hash: Uint8Array;
  /** Where it lies in a zone's backup base (DESIGN.md section 5). */
  readonly objectKey: string;
  readonly bytes: Uint8Array;
}

export type KeyObjectKind = "log" | "wrap" | "agent" | "source";

export interface AcceptedInvitation {
  readonly invitationId: string;
  readonly authHash: Uint8Array;
  /** The member id of the company log; becomes the person's id. */
  readonly personId: string;
  readonly passwordHash: string;
  readonly memberBlob: Uint8Array;
  readonly rootFingerprint: Uint8Array;
  /** Statements 0.. of the company log, and the wraps. */
  readonly objects: readonly KeyObject[];
}

/** What staff see of an invitation that nobody has used yet. */
export interface OpenInvitation {
  readonly email: string;
  readonly expiresAt: Date;
  readonly isExpired: boolean;
}

export type RenewOutcome =
  | { readonly kind: "renewed"; readonly invitationId: string; readonly expiresAt: Date }
  | { readonly kind: "company_unknown" | "invitation_used" | "email_taken" };

export type AcceptOutcome =
  | { readonly kind: "accepted"; readonly companyId: string; readonly email: string; readonly role: MemberRole }
  | { readonly kind: "invitation_unknown" | "invitation_used" | "invitation_expired" | "email_taken" | "log_conflict" };

export interface SessionRow {
  readonly personId: string;
  readonly kind: "staff" | "member";
  readonly role: StaffRole | MemberRole;
  readonly companyId: string | null;
  readonly email: string;
  readonly expiresAt: Date;
}

export interface AuditEntry {
  readonly auditId: string;
  readonly companyId: string | null;
  readonly personId: string | null;
  /** What was done, snake_case, such as `restore_opened`. */
  readonly action: string;
  /** Ids and figures only; no names of documents, which the provider cannot know anyway. */
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

/** People, companies, invitations, sessions, audit. Emails are compared in lower case and are unique in the whole service. */
export interface AccountStore {
  /** Pre-tenant: what stands over the door, and whether anybody could come in yet; null before `createFirstStaff`. */
  findProvider(): Promise<{ readonly name: string; readonly hasStaff: boolean } | null>;
  /** Names the provider and makes its first admin, once for the whole service: whoever comes second changes nothing. */
  createFirstStaff(first: {
    readonly providerName: string;
    readonly personId: string;
    readonly email: string;
    readonly passwordHash: string;
  }): Promise<"created" | "staff_exists" | "email_taken">;
  createStaff(person: {
    readonly personId: string;
    readonly email: string;
    readonly role: StaffRole;
    readonly passwordHash: string;
  }): Promise<"created" | "email_taken">;
  createCompany(
    company: NewCompany,
  ): Promise<{ readonly kind: "created"; readonly expiresAt: Date } | { readonly kind: "email_taken" }>;
  /** The invitation that a company without keys waits for; null when its first owner has come. */
  findOpenInvitation(companyId: string): Promise<OpenInvitation | null>;
  /** Replaces address, secret and expiry of that invitation, as long as it is not used. */
  renewInvitation(
    companyId: string,
    renewed: {
      readonly email: string;
      readonly authHash: Uint8Array;
      readonly lifetimeMs: number;
      readonly byPersonId: string;
    },
  ): Promise<RenewOutcome>;
  /** Pre-tenant: by the id in the link. Null when it was never made. */
  findInvitation(invitationId: string): Promise<InvitationRow | null>;
  /** Uses the invitation once: makes the member, begins the company log, keeps wraps and blob. */
  acceptInvitation(companyId: string, accepted: AcceptedInvitation): Promise<AcceptOutcome>;
  /** Pre-tenant: for signing in. */
  findPersonByEmail(email: string): Promise<PersonRow | null>;
  /** Keeps only the hash of the token. */
  createSession(session: {
    readonly tokenHash: Uint8Array;
    readonly personId: string;
    readonly companyId: string | null;
    readonly lifetimeMs: number;
  }): Promise<{ readonly expiresAt: Date }>;
  /** Pre-tenant; null when unknown, ended or expired. */
  findSession(tokenHash: Uint8Array): Promise<SessionRow | null>;
  /** Ending an ended session succeeds. */
  endSession(tokenHash: Uint8Array): Promise<void>;
  recordAudit(entry: AuditEntry): Promise<void>;
}
