import { createHash } from "node:crypto";

/** What the store knows a session by. */
export function sessionTokenHash(sessionToken: string): Uint8Array {
  return createHash("sha256").update(sessionToken).digest();
}

/** The token of `authorization: Bearer <sessionToken>`; null when the header is of another kind or absent. */
export function parseBearerToken(header: string | null): string | null {
  return /^Bearer ([A-Za-z0-9_-]{43})$/.exec(header ?? "")?.[1] ?? null;
}
