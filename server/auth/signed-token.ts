import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * A signed token: `<base64url JSON>.<base64url HMAC-SHA-256>`. Each purpose has its own key under the installation's
 * secret, so that a token of one kind is never taken for another.
 */
export function signToken(secret: Uint8Array, purpose: string, claims: object): string {
  const body = Buffer.from(JSON.stringify(claims)).toString("base64url");
  return `${body}.${macOf(secret, purpose, body).toString("base64url")}`;
}

/** The claims of a token that we signed for this purpose, unchecked otherwise; null for any other text. */
export function openToken(secret: Uint8Array, purpose: string, token: string): unknown {
  const [body, mac, ...rest] = token.split(".");
  if (body === undefined || mac === undefined || rest.length > 0) return null;
  const expected = macOf(secret, purpose, body);
  const given = Buffer.from(mac, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  return JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
}

function macOf(secret: Uint8Array, purpose: string, body: string): Buffer {
  const key = createHmac("sha256", secret).update(`holdfast/1/${purpose}`).digest();
  return createHmac("sha256", key).update(body).digest();
}
