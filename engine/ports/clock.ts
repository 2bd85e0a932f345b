/** The time as this process believes it. Only the database's clock decides about anybody's data. */
export interface Clock {
  now(): Date;
  /** Resolves after `delayMs`; rejects with the signal's reason when it is aborted before. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}
