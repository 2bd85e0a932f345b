import type { ErrorCode } from "../../contracts/errors.ts";
import { GatewayError } from "./gateway-error.ts";

export interface UploadRoomsOptions {
  /** Size of each buffer: the largest body. */
  readonly roomBytes: number;
  /** Buffers, and so uploads at a time: with `roomBytes`, the greater part of this process's memory ceiling. */
  readonly rooms: number;
  /** Uploads of one company at a time, so that one cannot keep all others out. */
  readonly roomsPerCompany: number;
  /** How long an upload may wait for a room before it is told to come back. */
  readonly waitMs: number;
  /** Uploads that may wait; each costs a socket. */
  readonly maxWaiting: number;
  /** Of one company, so that one cannot take all places to wait. */
  readonly maxWaitingPerCompany: number;
  /** What is said to who has to come back, and after how long. */
  readonly refusal: Refusal;
}

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterSeconds: number;
}

export interface EnterOptions {
  /** Aborted when the sender has left, who then gives up its place in the queue. */
  readonly signal?: AbortSignal;
  /** Other bounds than usual, for this upload. */
  readonly roomsOfCompany?: number;
  readonly waitMs?: number;
}

export interface UploadRoom {
  readonly buffer: Buffer;
  /** Gives the buffer back; whatever was read from it must have been copied or written by then. */
  release(): void;
}

interface Waiting {
  readonly companyId: string;
  readonly roomsOfCompany: number;
  readonly enter: () => void;
}

/**
 * Buffers for request bodies, handed out before a body is read; who waits is not read from, so its sender is slowed down by TCP. They are
 * made once and used again: with a new one for each pack the collector of garbage took as long as the hashing. Memory that no body
 * has reached yet is not resident.
 */
export class UploadRooms {
  readonly #options: UploadRoomsOptions;
  readonly #idle: Buffer[] = [];
  readonly #usedByCompany = new Map<string, number>();
  readonly #waiting: Waiting[] = [];
  #used = 0;

  constructor(options: UploadRoomsOptions) {
    this.#options = options;
  }

  get used(): number {
    return this.#used;
  }

  /**
   * @throws GatewayError with the code of the refusal when no room gets free in time; the signal's reason
   */
  async enter(companyId: string, options: EnterOptions = {}): Promise<UploadRoom> {
    options.signal?.throwIfAborted();
    const who = { companyId, roomsOfCompany: options.roomsOfCompany ?? this.#options.roomsPerCompany };
    if (this.#isFreeFor(who)) this.#take(companyId);
    else await this.#wait(who, options);
    const buffer = this.#idle.pop() ?? Buffer.allocUnsafeSlow(this.#options.roomBytes);
    let isReleased = false;
    return {
      buffer,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.#idle.push(buffer);
        this.#leave(companyId);
      },
    };
  }

  #isFreeFor({ companyId, roomsOfCompany }: Omit<Waiting, "enter">): boolean {
    const ofCompany = this.#usedByCompany.get(companyId) ?? 0;
    return this.#used < this.#options.rooms && ofCompany < roomsOfCompany;
  }

  #take(companyId: string): void {
    this.#used += 1;
    this.#usedByCompany.set(companyId, (this.#usedByCompany.get(companyId) ?? 0) + 1);
  }

  #leave(companyId: string): void {
    this.#used -= 1;
    const left = (this.#usedByCompany.get(companyId) ?? 1) - 1;
    if (left > 0) this.#usedByCompany.set(companyId, left);
    else this.#usedByCompany.delete(companyId);
    const next = this.#waiting.findIndex((waiting) => this.#isFreeFor(waiting));
    const [waiting] = next < 0 ? [] : this.#waiting.splice(next, 1);
    if (!waiting) return;
    this.#take(waiting.companyId);
    waiting.enter();
  }

  async #wait(who: Omit<Waiting, "enter">, { signal, waitMs = this.#options.waitMs }: EnterOptions): Promise<void> {
    const ofCompany = this.#waiting.filter(({ companyId }) => companyId === who.companyId).length;
    const { maxWaiting, maxWaitingPerCompany } = this.#options;
    if (this.#waiting.length >= maxWaiting || ofCompany >= maxWaitingPerCompany) throw this.#busy();
    const turn = Promise.withResolvers<void>();
    const waiting: Waiting = { ...who, enter: turn.resolve };
    this.#waiting.push(waiting);
    const giveUp = (reason: unknown) => {
      const at = this.#waiting.indexOf(waiting);
      if (at < 0) return;
      this.#waiting.splice(at, 1);
      turn.reject(reason);
    };
    const timer = setTimeout(() => giveUp(this.#busy()), waitMs);
    const onAbort = () => giveUp(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await turn.promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  #busy(): GatewayError {
    const { code, message, retryAfterSeconds } = this.#options.refusal;
    return new GatewayError(code, message, { retryAfterSeconds, details: { retryAfterMs: retryAfterSeconds * 1000 } });
  }
}
