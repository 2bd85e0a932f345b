import type { GapReason } from "./source.ts";

/** The only error that a source throws. Told apart by `code`, never by message; anything else thrown is a fault of the program. */
export class SourceError extends Error {
  readonly code: GapReason;
  /** What went wrong, as the system names it (EACCES); never a path. */
  readonly detail: string;
  /** True when the same call may succeed a moment later: a hiccup of the storage, or an object that was busy. */
  readonly retryable: boolean;

  constructor(code: GapReason, detail: string, options: { readonly isPassing?: boolean } = {}) {
    super(`${code}: ${detail}`);
    this.name = "SourceError";
    this.code = code;
    this.detail = detail;
    this.retryable = code === "changed-while-read" || options.isPassing === true;
  }
}
