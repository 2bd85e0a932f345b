import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { ApiError } from "./api-error.ts";

export interface RateLimits {
  /** Tries to sign in from one address, right or wrong: Argon2id costs us 100 ms each. */
  readonly signInAddress: RateLimiterMemory;
  /** Wrong passwords for one e-mail address: nobody guesses 12 characters at this pace. */
  readonly signInFailures: RateLimiterMemory;
  /** Questions about links (enrolments, invitations) from one address: their ids cannot be searched. */
  readonly links: RateLimiterMemory;
  /** Tries to take an installation without staff, from one address: a person mistypes a code a few times. */
  readonly setup: RateLimiterMemory;
}

/** Counters of this process; several portals allow as many times more, which still stops guessing. */
export function createRateLimits(): RateLimits {
  return {
    signInAddress: new RateLimiterMemory({ points: 300, duration: 60 }),
    signInFailures: new RateLimiterMemory({ points: 10, duration: 15 * 60 }),
    links: new RateLimiterMemory({ points: 120, duration: 60 }),
    setup: new RateLimiterMemory({ points: 20, duration: 15 * 60 }),
  };
}

/** @throws ApiError `rate_limited` with the seconds to wait, when `key` has used up its points */
export async function consumeRate(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    throw refusal instanceof RateLimiterRes ? tooMany(refusal) : refusal;
  }
}

/** Like consumeRate, but takes no point. */
export async function requireRate(limiter: RateLimiterMemory, key: string): Promise<void> {
  const used = await limiter.get(key);
  if (used !== null && used.remainingPoints <= 0 && used.msBeforeNext > 0) throw tooMany(used);
}

function tooMany(refusal: RateLimiterRes): ApiError {
  const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
  return new ApiError("rate_limited", `Too many tries. Wait ${seconds} s and try again.`);
}
