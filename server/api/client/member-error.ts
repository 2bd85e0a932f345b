export type MemberErrorCode = "no_keys_yet" | "control_term_rolled_back" | "root_changed" | "snapshot_misreported";

/** What a member's client finds wrong with what the portal shows it; the message says what to do. */
export class MemberError extends Error {
  readonly code: MemberErrorCode;
  readonly retryable = false;

  constructor(code: MemberErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "MemberError";
    this.code = code;
  }
}
