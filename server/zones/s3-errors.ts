import { ZoneError, type ZoneErrorCode } from "../../engine/ports/zone-error.ts";

/** What servers say when a quota or a disk ends. */
const FULL = new Set(["QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "StorageFull"]);
/** Requests that the server could not attribute to us: nothing is wrong with the object. */
const NOT_LET_IN = new Set([
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "AuthorizationHeaderMalformed",
  "ExpiredToken",
  "RequestTimeTooSkewed",
]);
const ADVICE: Readonly<Record<string, string>> = {
  RequestTimeTooSkewed: ", compare the clocks of both sides",
  NoSuchBucket: ", the bucket does not exist there",
  PermanentRedirect: ", the bucket belongs to another region or address",
};
const CREDENTIALS_ADVICE = ", check the zone's credentials";

/** The server's answer to a failed request, as far as it is safe to show: its error code and status. */
export interface S3Failure {
  /** As `NoSuchKey`; the network's code, as `ECONNRESET`, when there was no answer. */
  readonly name: string;
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
}

/** Reads a failure off whatever the library threw. Messages and causes stay behind: they may hold signed headers. */
export function s3FailureOf(error: unknown): S3Failure {
  const found = Object(error) as { name?: unknown; code?: unknown; $metadata?: { httpStatusCode?: unknown } };
  const httpStatus = found.$metadata?.httpStatusCode;
  const status = typeof httpStatus === "number" ? httpStatus : null;
  return { name: wordOf(status === null ? found.code : null) ?? wordOf(found.name) ?? "Unknown", status };
}

/**
 * In the words of the port. What is not listed counts as a zone that is away for a while: slow down, internal errors, proxies that
 * answer in HTML, cut connections, redirects.
 */
export function toS3ZoneError(
  { zoneId, action, isWriting }: { zoneId: string; action: string; isWriting: boolean },
  error: unknown,
): ZoneError {
  if (error instanceof ZoneError) return error;
  const failure = s3FailureOf(error);
  const { name, status } = failure;
  const advice = ADVICE[name] ?? (status === 403 || NOT_LET_IN.has(name) ? CREDENTIALS_ADVICE : "");
  const message = `${action}: ${name}${status === null ? "" : ` (status ${status})`}${advice}`;
  return new ZoneError(codeOf(failure, isWriting), zoneId, message);
}

function codeOf({ name, status }: S3Failure, isWriting: boolean): ZoneErrorCode {
  if (FULL.has(name) || status === 507) return "full";
  if (name === "NoSuchKey") return "not_found";
  // A lock or a rule of the bucket; of a reader it says only that we are not let in.
  if (isWriting && (status === 403 || status === 405) && !NOT_LET_IN.has(name)) return "read_only";
  return "unreachable";
}

function wordOf(value: unknown): string | null {
  return typeof value === "string" && /^[A-Za-z0-9_.]{1,64}$/.test(value) ? value : null;
}
