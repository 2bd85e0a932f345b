/** One document cannot be written where it should be; the others can. */
export class TargetRefusedError extends Error {
  readonly code = "target_refused";
  readonly retryable = false;
}
