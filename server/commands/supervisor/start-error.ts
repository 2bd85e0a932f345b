export type StartErrorCode =
  | "usage"
  | "zones_invalid"
  | "already_running"
  | "port_taken"
  | "build_failed"
  | "process_failed"
  | "data_folder_unusable";

/** Why the service does not come up; the message says what to do. */
export class StartError extends Error {
  readonly code: StartErrorCode;
  readonly retryable = false;

  constructor(code: StartErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StartError";
    this.code = code;
  }
}
