import type { Page } from "../../contracts/fields.ts";
import type { Listed, ListPosition } from "../domain/store/list-order.ts";
import { ApiError } from "./api-error.ts";

/** A page of a list in the order of its ids or numbers. */
export function toPage<Row, View>(
  rows: readonly Row[],
  limit: number,
  present: { view: (row: Row) => View; key: (row: Row) => string },
): Page<View> {
  const last = rows.at(-1);
  return {
    rows: rows.map(present.view),
    nextCursor: rows.length < limit || last === undefined ? null : present.key(last),
  };
}

export interface AskedOrder<Sort extends string> {
  readonly sort: Sort;
  readonly isDescending: boolean;
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly search?: string | undefined;
}

/** What the store is asked for, from the input of an ordered list. @throws ApiError `bad_input` for a foreign cursor */
export function toListRequest<Sort extends string>(asked: AskedOrder<Sort>) {
  const { sort, isDescending, cursor, limit, search } = asked;
  const after = cursor === undefined ? undefined : parseCursor(cursor, asked);
  return { sort, isDescending, limit, after, search: search === "" ? undefined : search };
}

/** A page of an ordered list; see [Note: Ordered lists]. */
export function toListedPage<Row, View>(
  rows: readonly Listed<Row>[],
  asked: AskedOrder<string>,
  view: (row: Row) => View,
): Page<View> {
  return toPage(rows, asked.limit, { view, key: (row) => encodeCursor(row.position, asked) });
}

type Order = Pick<AskedOrder<string>, "sort" | "isDescending">;

/** A position means something in its own order only, so the order goes with it. */
function encodeCursor({ value, id }: ListPosition, { sort, isDescending }: Order): string {
  return Buffer.from(JSON.stringify([sort, isDescending, value, id])).toString("base64url");
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function parseCursor(cursor: string, { sort, isDescending }: Order): ListPosition {
  const parts = parseParts(cursor);
  const [ofSort, ofDirection, value, id] = parts;
  const isValue = typeof value === "string" ? !/\p{Cc}/u.test(value) : Number.isSafeInteger(value);
  const isOfOrder = parts.length === 4 && ofSort === sort && ofDirection === isDescending;
  if (!isOfOrder || !isValue || typeof id !== "string" || !UUID.test(id)) throw foreign();
  return { value: value as string | number, id };
}

function parseParts(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(parts)) return parts;
  } catch {
    // No JSON, so it is not one of ours.
  }
  throw foreign();
}

function foreign(): ApiError {
  return new ApiError("bad_input", "cursor: must come from the page before, in the same order");
}

export function found<Row>(row: Row | null, what: string): Row {
  if (row === null) throw new ApiError("not_found", `There is no such ${what}.`);
  return row;
}
