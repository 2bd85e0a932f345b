import { IntegrityError } from "../codec/format-error.ts";
import { toHex } from "../codec/hex.ts";
import type { Slot } from "../format/slot.ts";
import { type CompanyTrust, checkSlot } from "../keys/manifest-checks.ts";
import { openSealed } from "../keys/sealed-box.ts";
import type { KeyPair, Primitives } from "../ports/primitives.ts";
import { RestoreError } from "./restore-error.ts";

/** What a reader holds after unlocking: `OwnerKeys` and the checked certificates of the company give all of it. */
export interface ReaderKeys extends CompanyTrust {
  readonly companyId: string;
  /** By epoch. */
  readonly companySecrets: ReadonlyMap<number, { readonly keys: KeyPair }>;
  /** By scope. */
  readonly chunkIdKeys: ReadonlyMap<number, Uint8Array>;
}

const PURPOSE = "data-key";
const DATA_KEY_SIZE_BYTES = 32;
/** One for each run whose chunks are read; a bound for snapshots that were put together by very many runs. */
const MAX_OPENED = 10_000;

/** Opens data keys, each once, and only for slots that an agent of the company signed. */
export class DataKeys {
  readonly #primitives: Primitives;
  readonly #keys: ReaderKeys;
  /** By the slot's signature, which covers everything in it. */
  readonly #opened = new Map<string, Uint8Array>();

  constructor(primitives: Primitives, keys: ReaderKeys) {
    this.#primitives = primitives;
    this.#keys = keys;
  }

  /**
   * @throws IntegrityError `slot_unknown_agent`, `epoch_unknown`, `bad_slot`, or that the sealed key does not open
   * @throws RestoreError `key_missing`
   */
  open(scope: number, slot: Slot): Uint8Array {
    const name = `${scope}/${toHex(slot.signature)}`;
    const known = this.#opened.get(name);
    if (known) return known;
    checkSlot(this.#primitives, this.#keys, { scope, slot });
    const { keys } = getCompanyKeys(this.#keys, slot.epoch);
    const dataKey = openSealed(this.#primitives, { keys, purpose: PURPOSE, sealed: slot.sealedDataKey });
    if (dataKey.length !== DATA_KEY_SIZE_BYTES) {
      throw new IntegrityError("bad_slot", "a key slot holds a data key of another size");
    }
    if (this.#opened.size >= MAX_OPENED) this.#opened.clear();
    this.#opened.set(name, dataKey);
    return dataKey;
  }
}

function getCompanyKeys(keys: ReaderKeys, epoch: number): { readonly keys: KeyPair } {
  const secret = keys.companySecrets.get(epoch);
  if (secret) return secret;
  throw new RestoreError("key_missing", `the company secret of epoch ${epoch} is not open to you; ask an owner`);
}

/** @throws RestoreError `key_missing` */
export function getScopeKey(keys: ReaderKeys, scope: number): Uint8Array {
  const key = keys.chunkIdKeys.get(scope);
  if (key) return key;
  throw new RestoreError("key_missing", `the chunk-id key of scope ${scope} is not open to you; ask an owner`);
}
