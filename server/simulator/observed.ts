import type { Bases, PackContents } from "./disk.ts";
import type { Model } from "./model.ts";
import type { Violate } from "./violation.ts";

export interface Observed extends Bases {
  readonly model: Model;
  readonly contents: PackContents;
  readonly violate: Violate;
  /** Of the database. */
  readonly nowMs: () => number;
  /** Why nothing may be deleted at the moment, when that has been so for long enough for everybody to know; null when there is no reason. */
  readonly findDeletionBan: () => string | null;
  readonly note: (event: string) => void;
}
