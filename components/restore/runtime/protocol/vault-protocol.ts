import type { OwnerCalls } from "./owner-calls.ts";
import type { ReadingCalls, SearchProgress } from "./reading-calls.ts";
import type { RestoreCalls, RestoreProgress } from "./restore-calls.ts";
import type { SessionCalls, VaultLock } from "./session-calls.ts";

/**
 * [Note: The vault's protocol]
 *
 * Keys live in one worker. The page calls it by name with plain values, and hears events; an error crosses as its code and
 * message, because a class does not survive the way. What a call returns lies in the page's memory from then on: names and
 * previews that the person looks at, never a key, a passphrase or a token. After `lock` the page forgets them, too.
 */
export type VaultCalls = SessionCalls & ReadingCalls & RestoreCalls & OwnerCalls;

/** What the worker tells by itself. */
export type VaultEvent =
  | { readonly kind: "lock"; readonly lock: VaultLock }
  | { readonly kind: "search"; readonly search: SearchProgress }
  | { readonly kind: "restore"; readonly restore: RestoreProgress };

/** An error as it crosses: what a screen needs. Codes are those of contracts/errors.ts, of the engine, and of the vault. */
export interface VaultFault {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}
