import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** AWS allows as much. */
const MAX_SKEW_MS = 15 * 60 * 1000;
const ALGORITHM = "AWS4-HMAC-SHA256";

export interface SignatureCheck {
  readonly request: IncomingMessage;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly nowMs: number;
}

/**
 * Signature Version 4 of a request, from its definition (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html)
 * and not from the library that signs. Returns the error code that S3 answers with, or null when all is well.
 */
export function findSignatureFault(check: SignatureCheck): string | null {
  const { request, region, accessKeyId, secretAccessKey } = check;
  const { authorization = "" } = request.headers;
  const parsed = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
    authorization,
  );
  if (!parsed) return "AccessDenied";
  const [, credential = "", signedHeaders = "", signature = ""] = parsed;
  const [keyId, day = "", foundRegion, service, end] = credential.split("/");
  const time = String(request.headers["x-amz-date"]);
  if (keyId !== accessKeyId) return "InvalidAccessKeyId";
  if (foundRegion !== region || service !== "s3" || end !== "aws4_request" || !time.startsWith(day)) {
    return "AuthorizationHeaderMalformed";
  }
  if (!(Math.abs(parseTimeMs(time) - check.nowMs) < MAX_SKEW_MS)) return "RequestTimeTooSkewed";
  const names = signedHeaders.split(";");
  const required = Object.keys(request.headers).filter((name) => name === "host" || name.startsWith("x-amz-"));
  if (!required.every((name) => names.includes(name))) return "AccessDenied";
  const toSign = [ALGORITHM, time, `${day}/${region}/s3/aws4_request`, sha256Hex(canonicalRequest(request, names))];
  const key = [day, region, "s3", "aws4_request"].reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`));
  const expected = hmac(key, toSign.join("\n"));
  return timingSafeEqual(expected, Buffer.from(signature, "hex")) ? null : "SignatureDoesNotMatch";
}

function canonicalRequest(request: IncomingMessage, names: readonly string[]): string {
  const [path = "/", query = ""] = (request.url ?? "/").split("?");
  const parameters = query === "" ? [] : query.split("&").map((each) => (each.includes("=") ? each : `${each}=`));
  const headers = names.map((name) => `${name}:${String(request.headers[name] ?? "").trim()}\n`);
  const payloadHash = String(request.headers["x-amz-content-sha256"]);
  return [request.method, path, parameters.sort().join("&"), headers.join(""), names.join(";"), payloadHash].join("\n");
}

function parseTimeMs(time: string): number {
  return Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
