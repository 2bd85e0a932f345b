import type { ZoneCopy } from "../../contracts/snapshots.ts";

/** One zone's copy, as marks and words need it. */
export type Copy = Pick<ZoneCopy, "ordinal" | "isPresent">;

/** "both", "zone 1 so far": the words that always follow the pair of blocks. */
export function describeCopies(copies: readonly Copy[]): string {
  const present = copies.filter((copy) => copy.isPresent);
  if (present.length === 0) return "none yet";
  if (present.length < copies.length) return `${present.map((copy) => `zone ${copy.ordinal}`).join(" and ")} so far`;
  if (copies.length === 1) return "zone 1 only";
  return copies.length === 2 ? "both" : `all ${copies.length}`;
}
