import { TRPCError } from "@trpc/server";
import type { SignedRelease } from "../../contracts/agent-release.ts";
import { ERROR_CODES, type ErrorCode, isErrorCode } from "../../contracts/errors.ts";
import { DomainError } from "../domain/domain-error.ts";

/** An outcome that the caller can act on: a stable code and what to do. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  /** As in `ErrorData`. */
  readonly update: SignedRelease | undefined;

  constructor(code: ErrorCode, message: string, { update }: { readonly update?: SignedRelease | undefined } = {}) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.retryable = ERROR_CODES[code].isRetryable;
    this.update = update;
  }
}

/** Codes that other rooms use for the same thing. */
const SAME_MEANING: Readonly<Record<string, ErrorCode>> = {
  unavailable: "database_unreachable",
  conflict: "database_unreachable",
  invalid: "bad_input",
  taken_over: "service_taken_over",
};

/**
 * The stable code of any error, told by its `code` alone. Errors without one of ours are `internal`: their message
 * stays in the log.
 */
export function errorCodeOf(error: unknown): ErrorCode {
  if (error instanceof TRPCError) return codeOfTrpcError(error);
  if (typeof error !== "object" || error === null || !("code" in error) || typeof error.code !== "string") {
    return "internal";
  }
  const code = SAME_MEANING[error.code] ?? error.code;
  return isErrorCode(code) ? code : "internal";
}

/** tRPC's own refusals: input that does not fit, an unknown procedure, a body that is too large. */
function codeOfTrpcError(error: TRPCError): ErrorCode {
  if (error.cause !== undefined && "code" in error.cause) return errorCodeOf(error.cause);
  switch (error.code) {
    case "BAD_REQUEST":
    case "PARSE_ERROR":
    case "UNSUPPORTED_MEDIA_TYPE":
    case "METHOD_NOT_SUPPORTED":
      return "bad_input";
    case "NOT_FOUND":
      return "not_found";
    case "PAYLOAD_TOO_LARGE":
      return "too_large";
    default:
      return "internal";
  }
}

/** When a call that was refused may come again, where the use case said so. */
export function retryAfterOf({ cause }: TRPCError): number | undefined {
  if (!(cause instanceof DomainError)) return undefined;
  const { retryAfterMs } = cause.details;
  return typeof retryAfterMs === "number" ? retryAfterMs : undefined;
}

const TRPC_CODE_OF_STATUS: Readonly<Record<number, TRPCError["code"]>> = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "CONFLICT",
  410: "PRECONDITION_FAILED",
  413: "PAYLOAD_TOO_LARGE",
  416: "BAD_REQUEST",
  426: "PRECONDITION_FAILED",
  429: "TOO_MANY_REQUESTS",
  503: "SERVICE_UNAVAILABLE",
  507: "SERVICE_UNAVAILABLE",
};

/** The same error as tRPC sends it; what is `internal` loses its message, because nobody wrote it for a caller. */
export function toTrpcError(error: unknown): TRPCError {
  const code = errorCodeOf(error);
  const message =
    code === "internal" || !(error instanceof Error)
      ? "The server could not do this. Nothing was changed that you were not told of; try again, and quote the time."
      : error.message;
  return new TRPCError({
    code: TRPC_CODE_OF_STATUS[ERROR_CODES[code].httpStatus] ?? "INTERNAL_SERVER_ERROR",
    message,
    cause: error,
  });
}
