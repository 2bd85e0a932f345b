import type { DocumentRef } from "./reading-calls.ts";

/** Taking it home. */
export interface RestoreCalls {
  /** Walks what was chosen, so that count, length and what is missing are known before anything starts. */
  planRestore(input: { readonly restoreId: string; readonly scope: RestoreScope }): Promise<RestorePlan>;
  /** Starts what was planned; goes on by events. For a ZIP or a document call `openDownload`, which calls this. */
  startRestore(input: RestoreStart): Promise<void>;
  pauseRestore(input: { readonly restoreId: string }): Promise<void>;
  resumeRestore(input: { readonly restoreId: string }): Promise<void>;
  cancelRestore(input: { readonly restoreId: string }): Promise<void>;
  /** The page heard that the service worker which held the download was stopped. `openDownload` calls this. */
  loseDownload(input: { readonly restoreId: string }): Promise<void>;
  /** All restores of this worker as they stand now, the newest first: for a page that was locked, or looks for the first time. */
  listRestores(): Promise<readonly RestoreProgress[]>;
  /**
   * Folder restores of this person that a closed tab or a fault ended; each may be planned and started again into the same folder.
   *
   * @throws VaultFault `vault_locked`
   */
  listUnfinished(): Promise<readonly UnfinishedRestore[]>;
  forgetUnfinished(input: { readonly restoreId: string }): Promise<void>;
  /** Signed by the member's key; for a restore that has ended. @throws VaultFault `vault_locked`, `restore_not_ended` */
  readReceipt(input: { readonly restoreId: string }): Promise<RestoreReceipt>;
}

export type RestoreScope =
  /** Documents and folders with all below them, of any machines and snapshots. */
  | { readonly kind: "basket"; readonly items: readonly DocumentRef[] }
  /** For each source the newest snapshot at or before the moment; of one machine, or of all. Unix ms. */
  | { readonly kind: "moment"; readonly machineId: string | null; readonly atMs: number };

export interface RestorePlan {
  readonly restoreId: string;
  readonly documents: number;
  readonly folders: number;
  /** Links, devices and the like: not documents. */
  readonly others: number;
  readonly bytes: number;
  readonly snapshots: readonly PlannedSnapshot[];
  /** Sources that have no snapshot at or before the moment; a machine without sources stands here with an empty name. */
  readonly missing: readonly { readonly machineName: string; readonly sourceName: string }[];
  /** Packs that have to be read, and how much of them. */
  readonly packs: number;
  readonly bytesToRead: number;
  /** Proposed name of the file or folder. */
  readonly fileName: string;
  /** Exact length of the ZIP; of the document, if it is one alone. */
  readonly lengthBytes: number;
  /** True when it is one document, which is taken home as it is. */
  readonly isSingleDocument: boolean;
  /** What a ZIP cannot hold, in words, with counts. */
  readonly notHeld: readonly string[];
}

export interface PlannedSnapshot {
  readonly snapshotId: string;
  readonly machineName: string;
  readonly sourceName: string;
  readonly receivedAtMs: number;
  readonly documents: number;
  readonly bytes: number;
}

/** A ZIP or a document leaves through a port to the service worker; a folder is written directly. */
export type RestoreStart = { readonly restoreId: string } & (
  | { readonly way: "zip" | "document"; readonly port: MessagePort }
  | { readonly way: "folder"; readonly folder: FileSystemDirectoryHandle }
);

export interface UnfinishedRestore {
  readonly restoreId: string;
  readonly scope: RestoreScope;
  /** Ask it for permission again, then plan and start with the same id. */
  readonly folder: FileSystemDirectoryHandle;
  /** Unix ms, of the first try. */
  readonly startedAtMs: number;
  readonly documents: number;
  /** As they were seen last; each is verified again before it counts. */
  readonly documentsVerified: number;
}

export interface RestoreProgress {
  readonly restoreId: string;
  /** waiting: the line is lost, or every zone; it tries again by itself. */
  readonly state: "planned" | "running" | "paused" | "waiting" | "done" | "failed" | "cancelled";
  readonly way: RestoreStart["way"];
  readonly fileName: string;
  readonly documents: number;
  readonly documentsVerified: number;
  readonly documentsFailed: number;
  readonly bytes: number;
  readonly bytesVerified: number;
  /** Stored bytes that were read, and requests. */
  readonly bytesRead: number;
  readonly requests: number;
  /** Packs read so far, by zone. */
  readonly packsByZone: Readonly<Record<string, number>>;
  /** Packs whose copy in one zone was bad and came from another. */
  readonly packsReplaced: number;
  /** Bytes a second over the last 30 s; null in the first 5 s. */
  readonly bytesPerSecond: number | null;
  /** At that rate; null when there is none. */
  readonly secondsLeft: number | null;
  /** Unix ms. */
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** Newest first, at most 50. */
  readonly notes: readonly RestoreNote[];
  /** Documents that could not be restored, with readable paths; at most 1,000 of them, and none while the vault is locked. */
  readonly failed: readonly FailedDocument[];
  /** Why it ended as it did, when it did not end well. */
  readonly reason: string | null;
}

export interface RestoreNote {
  /** Unix ms. */
  readonly atMs: number;
  readonly tone: "info" | "late" | "fail";
  readonly text: string;
}

export interface FailedDocument {
  readonly machineName: string;
  readonly path: string;
  readonly reason: string;
}

/** What an auditor needs: JSON text, and the signature over exactly these bytes; `file` is all of it, to save. */
export interface RestoreReceipt {
  readonly json: string;
  readonly signature: string;
  readonly signPublicKey: string;
  readonly file: string;
}
