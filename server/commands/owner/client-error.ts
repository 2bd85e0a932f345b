export type ClientErrorCode =
  | "usage"
  | "portal_unreachable"
  | "client_state_damaged"
  | "secret_file_unreadable"
  | "not_a_member"
  | "snapshot_not_found"
  | "document_missing"
  | "target_not_empty"
  | "target_unusable"
  | "receipt_not_genuine"
  | "receipt_of_other_file"
  | "vault_not_built"
  | "vault_differs"
  | "zone_unreachable"
  | "data_folder_used"
  | "term_taken";

/** Why a command of an owner, staff or the provider's operator cannot go on; the message says what to do. */
export class ClientError extends Error {
  readonly code: ClientErrorCode;
  readonly retryable: boolean;

  constructor(code: ClientErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ClientError";
    this.code = code;
    this.retryable = code === "portal_unreachable";
  }
}
