/** What the simulation shows to be broken: the invariant's number in DESIGN.md section 3, `ledger`, or `fault` for an error that nobody expects. */
export type Invariant = "3" | "4" | "5" | "6" | "7" | "8" | "10" | "11" | "12" | "ledger" | "fault";

export class Violation extends Error {
  readonly invariant: Invariant;

  constructor(invariant: Invariant, message: string) {
    super(message);
    this.name = "Violation";
    this.invariant = invariant;
  }
}

/** Notes a violation; the simulation ends with the first. */
export type Violate = (invariant: Invariant, message: string) => void;
