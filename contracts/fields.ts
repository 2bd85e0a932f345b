import { z } from "zod";
import {
  CURSOR_MAX_LENGTH,
  EMAIL_MAX_LENGTH,
  NAME_MAX_LENGTH,
  PAGE_DEFAULT_COUNT,
  PAGE_MAX_COUNT,
  PASSWORD_MAX_LENGTH,
  PASSWORD_MIN_LENGTH,
} from "./limits.ts";

/** Binary value as standard, padded base64 of at most `maxBytes` bytes. */
export function base64Schema(maxBytes: number) {
  return z
    .string()
    .max(Math.ceil(maxBytes / 3) * 4, `must hold at most ${maxBytes} bytes`)
    .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, "must be padded base64");
}

/** SHA-256 as 64 hex digits. */
export const sha256HexSchema = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hex digits");

/** A name that people read: trimmed, no control characters. */
export const nameSchema = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(NAME_MAX_LENGTH, `must be at most ${NAME_MAX_LENGTH} characters`)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, "must not hold control characters");

/** An address, compared in lower case. */
export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(EMAIL_MAX_LENGTH, `must be at most ${EMAIL_MAX_LENGTH} characters`)
  .regex(/^[^\s@]+@[^\s@]+$/, "must be an e-mail address");

/** A login password that is being set; checking one accepts any length up to the maximum. */
export const newPasswordSchema = z
  .string()
  .min(PASSWORD_MIN_LENGTH, `must have at least ${PASSWORD_MIN_LENGTH} characters`)
  .max(PASSWORD_MAX_LENGTH, `must have at most ${PASSWORD_MAX_LENGTH} characters`);

export const passwordSchema = z.string().min(1).max(PASSWORD_MAX_LENGTH);

/** Not negative, exact: counts, bytes, milliseconds. */
export const countSchema = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** Part of every list's input: continue behind `cursor`, at most `limit` rows. */
export const pageInput = {
  cursor: z.string().min(1).max(CURSOR_MAX_LENGTH).optional(),
  limit: z.number().int().min(1).max(PAGE_MAX_COUNT).default(PAGE_DEFAULT_COUNT),
};

/** What names must hold, in any case; empty looks for nothing. */
export const searchSchema = z
  .string()
  .trim()
  .max(EMAIL_MAX_LENGTH, `must be at most ${EMAIL_MAX_LENGTH} characters`)
  .regex(/^\P{Cc}*$/u, "must not hold control characters");

/** Part of an ordered list's input: by which column, which way, and what its names must hold. The first column is the default. */
export function orderedInput<const Sorts extends readonly [string, ...string[]]>(sorts: Sorts) {
  return {
    sort: z.enum(sorts).default(sorts[0]),
    isDescending: z.boolean().default(false),
    search: searchSchema.optional(),
    ...pageInput,
  };
}

/** One page of a list, by key: `nextCursor` is null on the last one. */
export function pageView<Row extends z.ZodType>(row: Row) {
  return z.strictObject({ rows: z.array(row), nextCursor: z.string().nullable() });
}

/** One page of rows of a view. */
export interface Page<Row> {
  rows: Row[];
  /** Give it as `cursor` to go on; null on the last page. */
  nextCursor: string | null;
}
