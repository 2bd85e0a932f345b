import { GatewayError } from "./gateway-error.ts";

export interface UploadBudgetOptions {
  /** Bytes of request bodies held at any moment, all together: the greater part of this process's memory ceiling. */
  readonly totalBytes: number;
  /** Bytes held for one company at most, so that one cannot keep all others out. */
  readonly companyBytes: number;
  /** How long an upload may wait for room before it is told to come back. */
  readonly waitMs: number;
  /** Uploads that may wait; each costs a socket. */
  readonly maxWaiting: number;
}

interface Waiting {
  readonly companyId: string;
  readonly sizeBytes: number;
  readonly start: () => void;
}

/** Hands out room for request bodies before they are read; who waits is not read from, so its sender is slowed down by TCP. */
export class UploadBudget {
  readonly #options: UploadBudgetOptions;
  #usedBytes = 0;
  readonly #usedByCompany = new Map<string, number>();
  readonly #waiting: Waiting[] = [];

  constructor(options: UploadBudgetOptions) {
    this.#options = options;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Resolves with a function that gives the room back. @throws GatewayError `rate_limited` when none gets free in time */
  async reserve(companyId: string, sizeBytes: number): Promise<() => void> {
    if (!this.#fits(companyId, sizeBytes)) await this.#wait(companyId, sizeBytes);
    else this.#take(companyId, sizeBytes);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#release(companyId, sizeBytes);
    };
  }

  #fits(companyId: string, sizeBytes: number): boolean {
    const { totalBytes, companyBytes } = this.#options;
    const ofCompany = this.#usedByCompany.get(companyId) ?? 0;
    return this.#usedBytes + sizeBytes <= totalBytes && ofCompany + sizeBytes <= companyBytes;
  }

  #take(companyId: string, sizeBytes: number): void {
    this.#usedBytes += sizeBytes;
    this.#usedByCompany.set(companyId, (this.#usedByCompany.get(companyId) ?? 0) + sizeBytes);
  }

  #release(companyId: string, sizeBytes: number): void {
    this.#usedBytes -= sizeBytes;
    const ofCompany = (this.#usedByCompany.get(companyId) ?? 0) - sizeBytes;
    if (ofCompany > 0) this.#usedByCompany.set(companyId, ofCompany);
    else this.#usedByCompany.delete(companyId);
    for (let at = 0; at < this.#waiting.length; ) {
      const next = this.#waiting[at];
      if (next && this.#fits(next.companyId, next.sizeBytes)) {
        this.#waiting.splice(at, 1);
        this.#take(next.companyId, next.sizeBytes);
        next.start();
      } else at += 1;
    }
  }

  async #wait(companyId: string, sizeBytes: number): Promise<void> {
    if (this.#waiting.length >= this.#options.maxWaiting) throw busy();
    const turn = Promise.withResolvers<void>();
    const waiting: Waiting = { companyId, sizeBytes, start: turn.resolve };
    this.#waiting.push(waiting);
    const timer = setTimeout(() => {
      const at = this.#waiting.indexOf(waiting);
      if (at < 0) return;
      this.#waiting.splice(at, 1);
      turn.reject(busy());
    }, this.#options.waitMs);
    try {
      await turn.promise;
    } finally {
      clearTimeout(timer);
    }
  }
}

function busy(): GatewayError {
  return new GatewayError("rate_limited", "many uploads are under way; send this one again", { retryAfterSeconds: 2 });
}
