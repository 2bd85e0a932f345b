/** Who is signed in, and whether the vault is open. */
export interface SessionCalls {
  /** Asked first, locked or not. */
  whoIsIt(): Promise<WhoIsIt>;
  /** @throws VaultFault `wrong_passphrase`, `no_keys_yet`, `root_changed`, and what else the company log shows */
  unlock(input: { readonly passphrase: string }): Promise<VaultLock>;
  /** @throws VaultFault `bad_words`, `wrong_recovery_key`, ... */
  unlockByRecoveryKey(input: { readonly words: string }): Promise<VaultLock>;
  /** Forgets keys, names and indexes. A restore that runs goes on with the keys of its plan alone. */
  lock(): Promise<void>;
  /** Somebody is there: the time until the vault locks itself begins anew. */
  stay(): Promise<VaultLock>;
  /** One of IDLE_MINUTES; kept in this browser, also for the next time. */
  setIdleMinutes(input: { readonly minutes: number }): Promise<VaultLock>;
}

/** Only members have a vault. */
export type WhoIsIt =
  | { readonly kind: "visitor" }
  | { readonly kind: "staff"; readonly providerName: string }
  | { readonly kind: "member"; readonly person: VaultPerson };

export interface VaultPerson {
  readonly email: string;
  readonly role: "owner" | "restorer" | "viewer";
  readonly companyId: string;
  readonly companyName: string;
  readonly providerName: string;
  /** What this browser saw of the company before; null the first time. */
  readonly pin: { readonly rootFingerprint: string; readonly logNumber: number } | null;
}

export type VaultLock =
  | { readonly state: "locked"; readonly idleMinutes: number }
  | {
      readonly state: "unlocked";
      /** Unix ms at which it locks itself. */
      readonly locksAtMs: number;
      readonly idleMinutes: number;
      readonly rootFingerprint: string;
      readonly logNumber: number;
      /** True when this browser never saw the company before, so that nothing could be compared. */
      readonly isFirstSight: boolean;
      /** Certificates that do not count, and why. */
      readonly warnings: readonly string[];
    };
