/** Unpredictable bytes; a seeded source stands here only in tests and in the simulator. */
export interface Randomness {
  bytes(sizeBytes: number): Uint8Array;
}
