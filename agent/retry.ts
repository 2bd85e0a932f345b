import { ERROR_CODES, isErrorCode } from "../contracts/errors.ts";

/** A server that is being restarted, or moves to another zone, is back within these: about two minutes in all. */
const DELAYS_MS = [100, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000];

/** What a server answered instead of a result. */
export class ServerError extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  /** The fields of the answer, for codes that carry more. */
  readonly details: unknown;

  constructor(code: string, message: string, { status, details }: { status: number; details?: unknown }) {
    super(message);
    this.name = "ServerError";
    this.code = code;
    this.status = status;
    this.details = details;
    this.retryable = isErrorCode(code) ? ERROR_CODES[code].isRetryable : status >= 500;
  }
}

export interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  /** Codes that are retryable in general, but not for this call: the caller handles them. */
  readonly except?: readonly string[];
}

/** Calls again after a pause while the error says that this may help. @throws the last error */
export async function withRetries<T>(call: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  for (const delayMs of DELAYS_MS) {
    try {
      return await call();
    } catch (error) {
      if (!isRetryable(error) || options.except?.includes(codeOf(error))) throw error;
    }
    await pause(delayMs, options.signal);
  }
  return call();
}

/** When the server said that the same call may succeed, in milliseconds; undefined where it did not say. */
export function retryAfterOf(error: unknown): number | undefined {
  if (!(error instanceof ServerError) || typeof error.details !== "object" || error.details === null) return undefined;
  const retryAfterMs = "retryAfterMs" in error.details ? error.details.retryAfterMs : undefined;
  return typeof retryAfterMs === "number" && retryAfterMs > 0 ? retryAfterMs : undefined;
}

/** The stable code of an error, or "failed". */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "failed";
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && "retryable" in error && error.retryable === true;
}

/** Half to all of the delay, so that many agents do not come back in one moment. @throws the signal's reason */
export function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(
      () => {
        signal?.removeEventListener("abort", aborted);
        resolve();
      },
      delayMs * (0.5 + Math.random() / 2),
    );
    signal?.addEventListener("abort", aborted, { once: true });
  });
}
