/** What an order means, going up and going down: the title of every table states it. */
export type SortWords<Sort extends string> = Readonly<Record<Sort, readonly [up: string, down: string]>>;

/** Orders that several tables have. */
export const NEED_FIRST = ["what needs you first", "what is fine first"] as const;
export const BY_NAME = ["by name, A to Z", "by name, Z to A"] as const;
export const BY_COMPANY = ["by company, A to Z", "by company, Z to A"] as const;
export const BY_SNAPSHOTS = ["fewest snapshots first", "most snapshots first"] as const;
export const BY_LAST_SNAPSHOT = ["longest without a snapshot first", "newest snapshot first"] as const;
