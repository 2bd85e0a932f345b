import type { IncomingMessage, ServerResponse } from "node:http";
import { ERROR_CODES, type ErrorCode, isErrorCode } from "../../contracts/errors.ts";
import { PACK_MAX_BYTES } from "../../contracts/limits.ts";
import { FormatError } from "../../engine/codec/format-error.ts";
import { ZoneError, type ZoneErrorCode } from "../../engine/ports/zone-error.ts";
import { BulkTokenError } from "../auth/bulk-token.ts";
import { DomainError } from "../domain/domain-error.ts";
import { StoreError } from "../domain/store/store.ts";

/** An answer that refuses; `details` are members of the JSON beside code and message. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  /** Seconds after which a new try makes sense; sent as Retry-After. */
  readonly retryAfterSeconds: number | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: Record<string, unknown>; retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.name = "GatewayError";
    this.code = code;
    this.details = options.details ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].isRetryable;
  }
}

/** The client went away; nobody is left to answer. */
export class ClientGoneError extends Error {
  readonly code = "client_gone";
  readonly retryable = false;
}

const ZONE_CODES: Readonly<Record<ZoneErrorCode, ErrorCode>> = {
  unreachable: "zone_unreachable",
  identity_mismatch: "zone_unreachable",
  read_only: "zone_unreachable",
  full: "zone_full",
  not_found: "not_found",
  damaged: "zone_unreachable",
  exists: "internal",
  invalid_key: "internal",
  locked: "internal",
  no_locks: "internal",
  taken_over: "service_taken_over",
};

/** What a fault of any layer means to the client. Anything unforeseen is `internal` and says nothing about us. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof DomainError && isErrorCode(error.code)) {
    return new GatewayError(error.code, error.message, { details: error.details });
  }
  if (error instanceof BulkTokenError) return new GatewayError(error.code, error.message);
  if (error instanceof FormatError) return new GatewayError("pack_invalid", `${error.code}: ${error.message}`);
  if (error instanceof ZoneError) {
    const code = ZONE_CODES[error.code];
    return new GatewayError(code, ZONE_MESSAGES[code] ?? "the storage failed; try again", { retryAfterSeconds: 5 });
  }
  if (error instanceof StoreError && error.retryable) {
    const message = "the database cannot be reached; try again";
    return new GatewayError("database_unreachable", message, { retryAfterSeconds: 2 });
  }
  return new GatewayError("internal", "something went wrong on our side; the log knows more");
}

const ZONE_MESSAGES: Partial<Record<ErrorCode, string>> = {
  zone_unreachable: "no zone that holds this can be reached; try again",
  zone_full: "the zone is full; the provider has to add room",
  not_found: "there is no such object",
  service_taken_over:
    "another service has taken over from this one, which stores nothing any more: the provider has to stop it",
};

/**
 * Answers with a refusal as JSON. What is left of a body is drained by the HTTP server, so that the client reads the answer; a body that
 * is longer than anything we take costs the connection instead.
 */
export function sendError(request: IncomingMessage, response: ServerResponse, error: GatewayError): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify({ code: error.code, message: error.message, ...error.details }));
  response.writeHead(ERROR_CODES[error.code].httpStatus, {
    "content-type": "application/json",
    "content-length": body.length,
    "cache-control": "no-store",
    ...(error.retryAfterSeconds === null ? {} : { "retry-after": String(error.retryAfterSeconds) }),
    ...(isDrainable(request) ? {} : { connection: "close" }),
  });
  response.end(body);
}

function isDrainable(request: IncomingMessage): boolean {
  return request.complete || Number(request.headers["content-length"] ?? Number.NaN) <= PACK_MAX_BYTES;
}
