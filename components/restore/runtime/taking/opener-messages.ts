/** What an opener knows from its start to its end: the chunk-id key, and whose frames they are. */
export interface OpenerStart {
  readonly kind: "start";
  readonly companyId: string;
  readonly chunkIdKey: Uint8Array;
}

/** One frame of content; ids lie one behind the other, because thousands of small arrays cross slowly. */
export interface OpenTask {
  readonly kind: "open";
  readonly taskId: number;
  readonly scope: number;
  readonly dataKey: Uint8Array;
  readonly memberIds: Uint8Array;
  readonly nonce: Uint8Array;
  readonly hash16: Uint8Array;
  readonly storedSizeBytes: number;
  /** Handed over, decrypted in its place, and handed back with the result. */
  readonly stored: Uint8Array<ArrayBuffer>;
  readonly used: Uint16Array;
}

/** Members that are proven, in one buffer that is handed over. */
export interface OpenedBody {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Per member: its number, offset in the body, size. */
  readonly members: Uint32Array;
}

/** An error as it crosses: its class is lost on the way. */
export interface OpenFault {
  readonly kind: "integrity" | "format" | "other";
  readonly code: string;
  readonly message: string;
}

export type OpenResult = {
  readonly taskId: number;
  /** The memory of the task, where the members do not lie in it. */
  readonly spare: Uint8Array<ArrayBuffer> | null;
} & (
  | { readonly opened: OpenedBody; readonly fault: null }
  /** `opened` has the good members of a frame in which others are bad. */
  | { readonly opened: OpenedBody | null; readonly fault: OpenFault }
);
