/** What a run has done so far. */
export interface BackupCounters {
  files: number;
  folders: number;
  entries: number;
  /** Sizes of the files of the snapshot. */
  bytes: number;
  /** Read from the source. */
  readBytes: number;
  /** Of chunks that had to be stored, before compression. */
  newBytes: number;
  /** Sent: packs with all that is in them. */
  storedBytes: number;
  packs: number;
  chunks: number;
  newChunks: number;
  gaps: number;
}

export function newCounters(): BackupCounters {
  return {
    files: 0,
    folders: 0,
    entries: 0,
    bytes: 0,
    readBytes: 0,
    newBytes: 0,
    storedBytes: 0,
    packs: 0,
    chunks: 0,
    newChunks: 0,
    gaps: 0,
  };
}
