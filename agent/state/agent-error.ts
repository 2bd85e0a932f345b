/** Something that the person at this machine has to know or do. `code` is stable; the message says what to do. */
export class AgentError extends Error {
  readonly code: string;
  readonly retryable = false;

  constructor(code: string, message: string) {
    super(message);
    this.name = "AgentError";
    this.code = code;
  }
}
