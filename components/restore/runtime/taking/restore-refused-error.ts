export type RestoreRefusedCode =
  | "history_broken"
  | "snapshot_misreported"
  | "bad_basket"
  | "too_many_entries"
  | "too_many_restores"
  | "restore_unknown"
  | "restore_not_planned"
  | "restore_not_ended"
  | "restore_elsewhere"
  | "folder_lost"
  | "not_one_document"
  | "nothing_to_restore"
  | "receipt_unsigned";

/** A restore cannot be planned or started like this; the message says what to do. */
export class RestoreRefusedError extends Error {
  readonly code: RestoreRefusedCode;
  readonly retryable = false;

  constructor(code: RestoreRefusedCode, message: string) {
    super(message);
    this.name = "RestoreRefusedError";
    this.code = code;
  }
}
