/**
 * Bytes that are not what the format says: wrong magic, a length beyond its limit, something out of order.
 * `code` is stable and told to programs; the message is for people. Trying again does not help.
 */
export class FormatError extends Error {
  readonly code: string;
  readonly retryable = false;

  constructor(code: string, message: string) {
    super(message);
    this.name = "FormatError";
    this.code = code;
  }
}

/**
 * Bytes that are well formed, but not genuine: a tag, a signature, a hash or an id does not fit. Another copy of the
 * same object may be good.
 */
export class IntegrityError extends Error {
  readonly code: string;
  readonly retryable = false;

  constructor(code: string, message: string) {
    super(message);
    this.name = "IntegrityError";
    this.code = code;
  }
}

/** Whether bytes are not what they should be, so that another copy may help. */
export function isBadBytes(error: unknown): error is FormatError | IntegrityError {
  return error instanceof FormatError || error instanceof IntegrityError;
}
