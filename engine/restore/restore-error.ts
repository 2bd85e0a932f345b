export type RestoreErrorCode = "no_good_copy" | "path_not_found" | "snapshot_replaced" | "key_missing";

/** A restore cannot go on with what it was given; the message says what to do. */
export class RestoreError extends Error {
  readonly code: RestoreErrorCode;
  readonly retryable = false;

  constructor(code: RestoreErrorCode, message: string) {
    super(message);
    this.name = "RestoreError";
    this.code = code;
  }
}
