import { z } from "zod";
import { countSchema, emailSchema, nameSchema, orderedInput, pageView, sha256HexSchema } from "./fields.ts";
import { companyIdSchema, invitationIdSchema } from "./ids.ts";

/**
 * Staff create a company and invite its first owner. The client makes the invitation's secret and keeps it for the
 * link; the server gets hex SHA-256 of HMAC(secret, "holdfast/1/invite-auth") only.
 */
export const companyCreateInput = z.strictObject({
  name: nameSchema,
  ownerEmail: emailSchema,
  inviteAuthHash: sha256HexSchema,
});
export type CompanyCreateInput = z.input<typeof companyCreateInput>;

export const companyCreatedView = z.strictObject({
  companyId: companyIdSchema,
  invitationId: invitationIdSchema,
  /** When the invitation ends. */
  expiresAt: z.date(),
});
export type CompanyCreatedView = z.infer<typeof companyCreatedView>;

/** `need`: what needs somebody first comes first, and of these what has been without a snapshot longest. */
export const COMPANY_SORTS = ["created", "need", "name", "machines", "snapshots", "stored", "lastSnapshot"] as const;
export type CompanySort = (typeof COMPANY_SORTS)[number];

/** How a company is: as its worst machine; `never` without any machine or with one that has no snapshot. */
export const COMPANY_STATES = ["failed", "gaps", "never", "running", "protected"] as const;
export const companyState = z.enum(COMPANY_STATES);
export type CompanyState = z.infer<typeof companyState>;

export const companyListInput = z.strictObject({
  ...orderedInput(COMPANY_SORTS),
  states: z.array(companyState).max(COMPANY_STATES.length).default([]),
});
export type CompanyListInput = z.input<typeof companyListInput>;

/** A new secret, and maybe another address, for the invitation of a company that has no keys yet. */
export const invitationRenewInput = z.strictObject({
  companyId: companyIdSchema,
  ownerEmail: emailSchema,
  inviteAuthHash: sha256HexSchema,
});
export const invitationRenewedView = z.strictObject({ invitationId: invitationIdSchema, expiresAt: z.date() });

/** The invitation that a company waits for; null once its first owner has made the keys. */
export const openInvitationView = z
  .strictObject({ email: z.string(), expiresAt: z.date(), isExpired: z.boolean() })
  .nullable();
export type OpenInvitationView = z.infer<typeof openInvitationView>;

/** How many companies and machines are in which state: what a headline says of all of them. */
export const stateCountsView = z.strictObject({
  companies: z.record(companyState, countSchema),
  machines: z.record(companyState, countSchema),
});
export type StateCountsView = z.infer<typeof stateCountsView>;
export const companyGetInput = z.strictObject({ companyId: companyIdSchema });

/** How many machines of a company are in which state of machines.ts; one whose first run is open counts as `never`. */
export const machineStateCounts = z.strictObject({
  protected: countSchema,
  gaps: countSchema,
  failed: countSchema,
  running: countSchema,
  never: countSchema,
});

export const companyView = z.strictObject({
  companyId: companyIdSchema,
  name: z.string(),
  createdAt: z.date(),
  /** `invited`: the first owner has not made the keys yet, so nothing can be backed up. */
  state: z.enum(["invited", "active"]),
  machineCount: countSchema,
  machineStates: machineStateCounts,
  snapshotCount: countSchema,
  lastSnapshotAt: z.date().nullable(),
  /** Bytes of all packs of the company, once, not per zone. */
  storedBytes: countSchema,
});
export type CompanyView = z.infer<typeof companyView>;
export const companyPageView = pageView(companyView);
export type CompanyPageView = z.infer<typeof companyPageView>;
