import { IntegrityError } from "../codec/format-error.ts";
import type { KeyPair } from "../ports/primitives.ts";
import type { CompanyLogState } from "./company-log-state.ts";
import type { MemberRole } from "./log-statement.ts";
import type { MemberKeys } from "./member-blob.ts";

/**
 * A member's unlocked keys, in memory only. What the role does not reach is absent: a viewer holds no company secret, a
 * restorer no root key. Made by `unlockMember` and `createCompanyKeys`.
 */
export interface OwnerKeys {
  readonly companyId: string;
  /** Null when the recovery key unlocked, which belongs to no member. */
  readonly memberId: string | null;
  readonly role: MemberRole;
  readonly memberKeys: MemberKeys | null;
  readonly log: CompanyLogState;
  /** Null unless the role is owner. */
  readonly root: RootKey | null;
  /** Company secrets by epoch. */
  readonly companySecrets: ReadonlyMap<number, CompanySecret>;
  /** Chunk-id keys by scope. */
  readonly chunkIdKeys: ReadonlyMap<number, Uint8Array>;
}

export interface RootKey {
  readonly seed: Uint8Array;
  readonly keys: KeyPair;
}

export interface CompanySecret {
  readonly seed: Uint8Array;
  readonly keys: KeyPair;
}

/** @throws IntegrityError `not_an_owner` */
export function requireRoot(owner: OwnerKeys): RootKey {
  if (owner.root !== null) return owner.root;
  throw new IntegrityError("not_an_owner", "only an owner signs the company log; sign in as an owner");
}

/** @throws IntegrityError `no_company_secret` */
export function getCompanySecret(owner: OwnerKeys, epoch: number): CompanySecret {
  const secret = owner.companySecrets.get(epoch);
  if (secret !== undefined) return secret;
  throw new IntegrityError("no_company_secret", `the company secret of epoch ${epoch} is not open to a ${owner.role}`);
}

/** @throws IntegrityError `no_chunk_id_key` */
export function getChunkIdKey(owner: OwnerKeys, scope: number): Uint8Array {
  const key = owner.chunkIdKeys.get(scope);
  if (key !== undefined) return key;
  throw new IntegrityError("no_chunk_id_key", `the chunk-id key of scope ${scope} is not open to a ${owner.role}`);
}
