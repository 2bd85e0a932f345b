export type PackSourceErrorCode = "not_found" | "unreachable" | "refused" | "damaged";

/** Bytes could not be had at all; `refused` means that asking again with the same credentials is useless. */
export class PackSourceError extends Error {
  readonly code: PackSourceErrorCode;
  readonly retryable: boolean;

  constructor(code: PackSourceErrorCode, message: string) {
    super(message);
    this.name = "PackSourceError";
    this.code = code;
    this.retryable = code === "unreachable";
  }
}
