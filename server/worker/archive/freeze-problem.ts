import type { MarkProblem } from "../sweep/mark-reached.ts";

/** Why a snapshot cannot be frozen now. It stays in the backup tier, and is tried again. */
export interface FreezeProblem {
  readonly code: MarkProblem["code"] | "pack_unreadable" | "no_locks" | "name_refused";
  readonly detail: string;
}
