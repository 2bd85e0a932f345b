import { z } from "zod";
import { base64Schema, countSchema } from "./fields.ts";
import { companyIdSchema } from "./ids.ts";
import { LOG_PAGE_MAX_COUNT, SIGNED_OBJECT_MAX_BYTES } from "./limits.ts";

/** What a member needs to unlock: sealed or signed objects only, to be checked by the client. */
export const keysView = z.strictObject({
  companyId: companyIdSchema,
  /** The caller's own; null for a member who has none. */
  memberBlob: z.string().nullable(),
  log: z.array(z.string()),
  wraps: z.array(z.string()),
  certificates: z.array(z.string()),
  /** Of the service's history: devices keep the highest, and refuse a lower one. */
  controlTerm: countSchema,
});
export type KeysView = z.infer<typeof keysView>;

export const keysAppendLogInput = z.strictObject({
  statements: z.array(base64Schema(SIGNED_OBJECT_MAX_BYTES)).min(1).max(LOG_PAGE_MAX_COUNT),
});
export type KeysAppendLogInput = z.input<typeof keysAppendLogInput>;

/** The newest statement of a company's log: its number and the hex SHA-256 of its bytes. */
export const logHeadView = z.strictObject({ number: countSchema, hash: z.string() });
export type LogHeadView = z.infer<typeof logHeadView>;

/** Statements with a number greater than `after`; -1 asks for all. At most LOG_PAGE_MAX_COUNT at once. */
export const logAfterInput = z.strictObject({ after: z.number().int().min(-1) });
export const logPageView = z.strictObject({ statements: z.array(z.string()) });
export type LogPageView = z.infer<typeof logPageView>;
