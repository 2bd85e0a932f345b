export type PostgresErrorCode =
  | "postgres_unsupported_platform"
  | "postgres_no_account"
  | "postgres_unreachable_folder"
  | "postgres_wrong_owner"
  | "postgres_wrong_version"
  | "postgres_failed"
  | "migration_failed"
  | "migration_changed"
  | "database_newer";

/** What keeps the embedded database from running; the message says what to do about it. */
export class PostgresError extends Error {
  readonly code: PostgresErrorCode;
  readonly retryable = false;

  constructor(code: PostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PostgresError";
    this.code = code;
  }
}
