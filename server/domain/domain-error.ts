/**
 * A use case refuses. `code` is one of contracts/errors.ts and never changes its meaning; the message says what to do.
 * `details` are plain figures and ids that the caller may pass on.
 */
export class DomainError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = "DomainError";
    this.code = code;
    this.details = details;
  }
}
