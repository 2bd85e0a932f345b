import type { Invariant } from "./violation.ts";

export interface Edit {
  /** From the root of the checkout. */
  readonly file: string;
  /** Stands there once, exactly so. */
  readonly text: string;
  readonly replacement: string;
}

/** A line that protects something, and what the simulator has to find when it is not there. */
export interface Mutation {
  readonly name: string;
  /** The invariant of DESIGN.md section 3 that the line protects. */
  readonly protects: Invariant;
  /** What a seed may show: nearly always the same, but what is broken first is told. */
  readonly shownAs: readonly Invariant[];
  readonly edits: readonly Edit[];
}
