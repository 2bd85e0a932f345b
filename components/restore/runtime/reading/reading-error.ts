/** What was asked for is there, and cannot be shown so. */
export class ReadingError extends Error {
  readonly code: "not_a_folder" | "not_a_document";
  readonly retryable = false;

  constructor(code: ReadingError["code"], message: string) {
    super(message);
    this.name = "ReadingError";
    this.code = code;
  }
}
