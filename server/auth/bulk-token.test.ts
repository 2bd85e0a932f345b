import { randomBytes, randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { BulkTokenError, issueBulkToken, verifyBulkToken } from "./bulk-token.ts";
import { signToken } from "./signed-token.ts";

const secret = randomBytes(32);
const now = new Date("2026-11-19T12:00:00Z");
const grant = { kind: "restore" as const, companyId: randomUUID(), personId: randomUUID() };

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof BulkTokenError) return error.code;
    throw error;
  }
  return "accepted";
}

test("a token says what it was issued for until it expires", () => {
  const { bulkToken, expiresAt } = issueBulkToken(secret, grant, now, 1000);
  expect(verifyBulkToken(secret, bulkToken, new Date(now.getTime() + 999))).toMatchObject(grant);
  expect(codeOf(() => verifyBulkToken(secret, bulkToken, expiresAt))).toBe("bulk_token_expired");
});

test("a token with any character changed, of another secret or of another purpose is refused", () => {
  const { bulkToken } = issueBulkToken(secret, grant, now);
  for (let at = 0; at < bulkToken.length; at += 7) {
    const flipped = bulkToken.slice(0, at) + (bulkToken[at] === "A" ? "B" : "A") + bulkToken.slice(at + 1);
    expect(codeOf(() => verifyBulkToken(secret, flipped, now))).toBe("bulk_token_invalid");
  }
  expect(codeOf(() => verifyBulkToken(randomBytes(32), bulkToken, now))).toBe("bulk_token_invalid");
  const other = signToken(secret, "session", { ...grant, exp: now.getTime() + 1000 });
  expect(codeOf(() => verifyBulkToken(secret, other, now))).toBe("bulk_token_invalid");
});

test("text that is no token at all is refused by name", () => {
  for (const text of ["", ".", "..", "a.b", "a.b.c", "x".repeat(5000), "\u0000.\u0000"]) {
    expect(codeOf(() => verifyBulkToken(secret, text, now))).toBe("bulk_token_invalid");
  }
});
