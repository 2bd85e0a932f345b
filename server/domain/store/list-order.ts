/**
 * [Note: Ordered lists]
 *
 * Tables of the portal are ordered by one column, then by id, and paged by that pair: a page begins behind the position of
 * the last row before it, so nothing is counted, skipped or shown twice while rows come and go.
 */
export interface ListRequest<Sort extends string> {
  readonly sort: Sort;
  readonly isDescending: boolean;
  /** Only rows whose names hold this, in any case; undefined shows all. */
  readonly search?: string | undefined;
  readonly after?: ListPosition | undefined;
  /** At most 500 rows. */
  readonly limit: number;
}

/** Where a row stands in an order: the value of the column, and its id. */
export interface ListPosition {
  readonly value: string | number;
  readonly id: string;
}

/** A row with its place in the order that was asked for. */
export type Listed<Row> = Row & { readonly position: ListPosition };
