import type { Primitives } from "../../engine/ports/primitives.ts";
import type { Randomness } from "../../engine/ports/randomness.ts";
import type { Store } from "./store/store.ts";
import type { ZoneSet } from "./zone/zone-set.ts";

/** Login passwords; they guard no key (DESIGN.md section 4). */
export interface Passwords {
  /** PHC text. */
  hashPassword(password: string): Promise<string>;
  /** Takes as long without a hash, and says no. */
  isPasswordOf(passwordHash: string | null, password: string): Promise<boolean>;
}

/** What every use case may need. The database's clock decides about data; there is no other clock here. */
export interface DomainDeps {
  readonly store: Store;
  readonly zones: ZoneSet;
  readonly primitives: Primitives;
  readonly randomness: Randomness;
  readonly passwords: Passwords;
  /** A new uuid, version 7. */
  readonly newId: () => string;
}
