/** What an opener knows from its start to its end: the chunk-id key, and whose frames they are. */
export interface OpenerStart {
  readonly kind: "start";
  readonly companyId: string;
  readonly chunkIdKey: Uint8Array;
}

/** A range of a pack, and the frames of content in it that are wanted, in ascending order. */
export interface OpenTask {
  readonly kind: "open";
  readonly taskId: number;
  readonly scope: number;
  /** Handed over, decrypted in its place, and handed back with the result. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly frames: readonly FrameTask[];
}

/** Ids lie one behind the other, because thousands of small arrays cross slowly. */
export interface FrameTask {
  readonly dataKey: Uint8Array;
  readonly memberIds: Uint8Array;
  readonly nonce: Uint8Array;
  readonly hash16: Uint8Array;
  /** In the range. */
  readonly offset: number;
  readonly storedSizeBytes: number;
  readonly used: Uint16Array;
}

/** An error as it crosses: its class is lost on the way. */
export interface OpenFault {
  readonly kind: "integrity" | "format" | "other";
  readonly code: string;
  readonly message: string;
}

/** What was proven of one frame, and why the rest was not. */
export interface OpenedFrame {
  /** Where its members lie: memory of its own, which is handed over, or the range (null). */
  readonly body: Uint8Array<ArrayBuffer> | null;
  /** Per member: its number, offset in that memory, size. */
  readonly members: Uint32Array;
  readonly fault: OpenFault | null;
}

export interface OpenResult {
  readonly taskId: number;
  /** The memory of the range. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** As many as were asked for, in the same order. */
  readonly frames: readonly OpenedFrame[];
}
