import type { FileFailure, Shortfall, UnreadFrame, WriteTask } from "./write-task.ts";

/** How a writer thread reaches the gateway and what it writes to. */
export interface WriterSettings {
  readonly origin: string;
  readonly bulkToken: string;
  readonly companyId: string;
  readonly target: WriterTarget;
}

/** Null: everything is read and verified, nothing is written. */
export type WriterTarget = {
  /** A descriptor of the target folder; descriptors are shared by all threads of a process. */
  readonly rootFd: number;
  readonly isOverwriting: boolean;
  readonly makerUid: number;
  readonly makerGid: number;
} | null;

export type ToWriter =
  | { readonly kind: "task"; readonly task: WriteTask }
  | { readonly kind: "token"; readonly bulkToken: string | null }
  | { readonly kind: "end" };

export type FromWriter =
  | { readonly kind: "progress"; readonly bytes: number; readonly storedBytes: number }
  | { readonly kind: "done"; readonly taskId: number; readonly result: TaskResult }
  /** The token is no longer taken; a new one is waited for. */
  | { readonly kind: "token-wanted" }
  | { readonly kind: "broken"; readonly name: string; readonly code: string; readonly message: string };

export interface TaskResult {
  readonly finishedFiles: number;
  /** Pieces that this task did not deliver; they still count as remaining. */
  readonly unread: readonly UnreadFrame[];
  readonly failures: readonly FileFailure[];
  readonly shortfalls: readonly Shortfall[];
  /** All of them, also those that are not listed. */
  readonly shortfallCount: number;
}
