import type { TakeStep } from "./take-steps.ts";

export type FolderStep = Extract<TakeStep, { kind: "folder" }>;
export type SymlinkStep = Extract<TakeStep, { kind: "symlink" }>;
export type FileStep = Extract<TakeStep, { kind: "begin" }>;

/** Where verified content goes, in the order of the plan. Bytes are the caller's again when a call resolves. */
export interface TakeTarget {
  /** Documents that may be on their way to their ends while the next begins. */
  readonly sideBySide: number;
  folder(step: FolderStep): Promise<void>;
  symlink(step: SymlinkStep): Promise<void>;
  /** @throws TargetRefusedError, as `folder` and `end`, when this one cannot be written and others can */
  begin(step: FileStep): Promise<void>;
  content(bytes: Uint8Array): Promise<void>;
  /** Resolves when the document is complete. */
  end(): Promise<void>;
  /** A document was found complete where it belongs. */
  keep(): void;
  /** The open document cannot be completed. @returns whether the restore goes on with the others */
  lose(): Promise<boolean>;
  /** Everything went through; @returns what the receipt says about it */
  finish(): Promise<TargetSummary>;
  /** Leaves nothing that looks complete. Never fails. */
  fail(message: string): Promise<void>;
}

export interface TargetSummary {
  /** Of the ZIP or the document; null for a folder. */
  readonly lengthBytes: number | null;
  /** Of the same bytes, hex. */
  readonly sha256: string | null;
}
