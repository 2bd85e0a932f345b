import { z } from "zod";
import {
  agentIdSchema,
  companyIdSchema,
  machineIdSchema,
  personIdSchema,
  runIdSchema,
  zoneIdSchema,
} from "../../contracts/ids.ts";
import { BULK_TOKEN_TTL_MS } from "../../contracts/limits.ts";
import { openToken, signToken } from "./signed-token.ts";

const PURPOSE = "bulk-token";
/** A token is about 500 characters; anything far longer is not ours. */
const TOKEN_MAX_LENGTH = 2048;

/** Writes for one run: known-chunks, put-pack, commit-snapshot. Reads nothing. */
const runClaims = z.strictObject({
  kind: z.literal("run"),
  companyId: companyIdSchema,
  agentId: agentIdSchema,
  machineId: machineIdSchema,
  runId: runIdSchema,
  fencingToken: z.number().int().nonnegative(),
  zoneId: zoneIdSchema,
  /** Unix ms after which it is refused. */
  exp: z.number().int(),
});

/** Reads for one person's restore: locate, pack ranges, manifests, key objects. Writes nothing. */
const restoreClaims = z.strictObject({
  kind: z.literal("restore"),
  companyId: companyIdSchema,
  personId: personIdSchema,
  exp: z.number().int(),
});

const bulkClaims = z.discriminatedUnion("kind", [runClaims, restoreClaims]);
export type RunClaims = z.infer<typeof runClaims>;
export type RestoreClaims = z.infer<typeof restoreClaims>;
export type BulkClaims = z.infer<typeof bulkClaims>;
/** Claims as they are asked for: the issuer sets the expiry. */
export type BulkGrant = Omit<z.input<typeof runClaims>, "exp"> | Omit<z.input<typeof restoreClaims>, "exp">;

/** The gateway's answer to a token that it does not accept. */
export class BulkTokenError extends Error {
  readonly code: "bulk_token_invalid" | "bulk_token_expired";
  readonly retryable: boolean;

  constructor(code: "bulk_token_invalid" | "bulk_token_expired") {
    super(
      code === "bulk_token_expired"
        ? "this token has expired: ask the portal for a new one"
        : "this token is not one of ours: ask the portal for one",
    );
    this.name = "BulkTokenError";
    this.code = code;
    this.retryable = code === "bulk_token_expired";
  }
}

export interface IssuedBulkToken {
  bulkToken: string;
  expiresAt: Date;
}

/** A token for the gateway that carries these claims for `ttlMs`. */
export function issueBulkToken(
  secret: Uint8Array,
  grant: BulkGrant,
  now: Date,
  ttlMs: number = BULK_TOKEN_TTL_MS,
): IssuedBulkToken {
  const exp = now.getTime() + ttlMs;
  return {
    bulkToken: signToken(secret, PURPOSE, bulkClaims.parse({ ...grant, exp })),
    expiresAt: new Date(exp),
  };
}

/**
 * What a token allows.
 *
 * @throws BulkTokenError `bulk_token_invalid` when we did not sign it, `bulk_token_expired` after its time
 */
export function verifyBulkToken(secret: Uint8Array, token: string, now: Date): BulkClaims {
  if (token.length > TOKEN_MAX_LENGTH) throw new BulkTokenError("bulk_token_invalid");
  const parsed = bulkClaims.safeParse(openToken(secret, PURPOSE, token));
  if (!parsed.success) throw new BulkTokenError("bulk_token_invalid");
  if (now.getTime() >= parsed.data.exp) throw new BulkTokenError("bulk_token_expired");
  return parsed.data;
}
