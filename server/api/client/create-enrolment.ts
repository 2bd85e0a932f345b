import { enrolmentIdSchema } from "../../../contracts/ids.ts";
import { toBase64 } from "../../../engine/codec/hex.ts";
import { uuid7 } from "../../../engine/ids/uuid7.ts";
import { extendCompanyLog } from "../../../engine/keys/company-log.ts";
import { createEnrolment as makeEnrolment } from "../../../engine/keys/enrolment.ts";
import type { KeyTools } from "../../../engine/keys/key-tools.ts";
import { formatSecretLink } from "../../../engine/keys/link-secret.ts";
import type { OwnerKeys } from "../../../engine/keys/owner-keys.ts";
import { hasCode, type PortalClient } from "./portal-client.ts";

/** What enrolling takes of an owner's session. */
export interface EnrollingSession {
  readonly portalUrl: string;
  readonly client: PortalClient;
  readonly owner: OwnerKeys;
  /** Fetches and checks the log again, after somebody else has written to it. */
  refresh(): Promise<EnrollingSession>;
}

export interface CreateEnrolmentInput {
  readonly expiresAt: Date;
  /** Shown to whoever enrols, as a proposal. */
  readonly machineName?: string;
}

export interface CreatedEnrolment {
  readonly enrolmentId: string;
  readonly link: string;
  readonly expiresAt: Date;
  /** The owner's keys with the log as it is now. */
  readonly owner: OwnerKeys;
}

/** Two owners who write to the log at one moment exclude each other; more than this is not a coincidence. */
const MAX_ATTEMPTS = 5;

/**
 * Makes a link that lets one machine in. The portal gets a wrapped payload and the signed statement, and never the secret.
 *
 * @throws IntegrityError `not_an_owner`, and the portal's errors by code
 */
export async function createEnrolment(
  tools: KeyTools,
  session: EnrollingSession,
  input: CreateEnrolmentInput,
): Promise<CreatedEnrolment> {
  let current = session;
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryCreate(tools, current, input);
    } catch (error) {
      if (!hasCode(error, "log_conflict") || attempt === MAX_ATTEMPTS) throw error;
      current = await current.refresh();
    }
  }
}

async function tryCreate(
  tools: KeyTools,
  { client, owner, portalUrl }: EnrollingSession,
  { expiresAt, machineName }: CreateEnrolmentInput,
): Promise<CreatedEnrolment> {
  const enrolmentId = enrolmentIdSchema.parse(uuid7(tools.randomness, Date.now()));
  const made = makeEnrolment(tools, { owner, enrolmentId, at: new Date(), expiresAt });
  await client.enrolments.create.mutate({
    enrolmentId,
    payload: toBase64(made.payload),
    statement: toBase64(made.statement),
    expiresAt,
    ...(machineName !== undefined && { machineNameHint: machineName }),
  });
  const log = extendCompanyLog(tools.primitives, owner.log, [made.statement]);
  const link = formatSecretLink("enrol", { origin: portalUrl, linkId: enrolmentId, secret: made.secret });
  return { enrolmentId, link, expiresAt, owner: { ...owner, log } };
}
