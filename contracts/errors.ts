import type { SignedRelease } from "./agent-release.ts";

/**
 * Stable error codes of the control API and the gateway. Clients tell errors apart by these, never by message.
 * `httpStatus` is what the transport answers with; `isRetryable` means: the same request may succeed later.
 */
export const ERROR_CODES = {
  bad_input: { httpStatus: 400, isRetryable: false },
  sign_in_required: { httpStatus: 401, isRetryable: false },
  wrong_credentials: { httpStatus: 401, isRetryable: false },
  agent_signature_invalid: { httpStatus: 401, isRetryable: false },
  agent_clock_wrong: { httpStatus: 401, isRetryable: false },
  request_replayed: { httpStatus: 401, isRetryable: false },
  bulk_token_invalid: { httpStatus: 401, isRetryable: false },
  bulk_token_expired: { httpStatus: 401, isRetryable: true },
  not_allowed: { httpStatus: 403, isRetryable: false },
  agent_revoked: { httpStatus: 403, isRetryable: false },
  not_found: { httpStatus: 404, isRetryable: false },
  email_taken: { httpStatus: 409, isRetryable: false },
  setup_done: { httpStatus: 409, isRetryable: false },
  setup_code_wrong: { httpStatus: 403, isRetryable: false },
  company_name_taken: { httpStatus: 409, isRetryable: false },
  invitation_used: { httpStatus: 409, isRetryable: false },
  invitation_expired: { httpStatus: 410, isRetryable: false },
  invitation_invalid: { httpStatus: 403, isRetryable: false },
  enrolment_used: { httpStatus: 409, isRetryable: false },
  enrolment_expired: { httpStatus: 410, isRetryable: false },
  enrolment_invalid: { httpStatus: 403, isRetryable: false },
  log_conflict: { httpStatus: 409, isRetryable: true },
  log_invalid: { httpStatus: 400, isRetryable: false },
  certificate_invalid: { httpStatus: 400, isRetryable: false },
  source_invalid: { httpStatus: 400, isRetryable: false },
  source_conflict: { httpStatus: 409, isRetryable: true },
  schedule_invalid: { httpStatus: 400, isRetryable: false },
  policy_name_taken: { httpStatus: 409, isRetryable: false },
  policy_in_use: { httpStatus: 409, isRetryable: false },
  collector_refused: { httpStatus: 400, isRetryable: false },
  collector_changed: { httpStatus: 409, isRetryable: false },
  incident_closed: { httpStatus: 409, isRetryable: false },
  run_open: { httpStatus: 409, isRetryable: true },
  run_ended: { httpStatus: 409, isRetryable: false },
  lease_lost: { httpStatus: 409, isRetryable: false },
  sequence_conflict: { httpStatus: 409, isRetryable: false },
  missing_objects: { httpStatus: 409, isRetryable: true },
  pack_invalid: { httpStatus: 400, isRetryable: false },
  pack_refused: { httpStatus: 409, isRetryable: false },
  manifest_invalid: { httpStatus: 400, isRetryable: false },
  hash_mismatch: { httpStatus: 400, isRetryable: true },
  too_large: { httpStatus: 413, isRetryable: false },
  range_invalid: { httpStatus: 416, isRetryable: false },
  agent_too_old: { httpStatus: 426, isRetryable: false },
  agent_too_new: { httpStatus: 426, isRetryable: false },
  company_busy: { httpStatus: 429, isRetryable: true },
  bandwidth_limited: { httpStatus: 429, isRetryable: true },
  rate_limited: { httpStatus: 429, isRetryable: true },
  zone_unreachable: { httpStatus: 503, isRetryable: true },
  zone_full: { httpStatus: 507, isRetryable: true },
  service_taken_over: { httpStatus: 409, isRetryable: false },
  journal_behind: { httpStatus: 503, isRetryable: true },
  database_unreachable: { httpStatus: 503, isRetryable: true },
  internal: { httpStatus: 500, isRetryable: true },
} as const satisfies Record<string, { httpStatus: number; isRetryable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** True for a code of this list; codes from a newer server are not. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}

/** What a tRPC error carries in `data`, besides tRPC's own fields. */
export interface ErrorData {
  /** Stable code; clients switch on this. */
  readonly code2: ErrorCode;
  readonly isRetryable: boolean;
  /** With `agent_too_old`: what to become, if the portal has something newer. */
  readonly update?: SignedRelease;
  /** When the same call may succeed; absent where nobody knows. */
  readonly retryAfterMs?: number;
}
