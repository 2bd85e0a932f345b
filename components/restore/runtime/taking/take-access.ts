import type { PackSource } from "../../../../engine/ports/pack-source.ts";
import type { KeyPair, Primitives } from "../../../../engine/ports/primitives.ts";
import { DataKeys, type ReaderKeys } from "../../../../engine/restore/restore-keys.ts";
import { SnapshotReader } from "../../../../engine/restore/snapshot-reader.ts";
import { BulkTokens } from "../bulk-tokens.ts";
import { FetchPackSource, type FetchPackSourceOptions } from "../fetch-pack-source.ts";
import type { OpenVault } from "../vault-room.ts";

/** Told of what happens on the way. */
export type AccessEvents = Pick<FetchPackSourceOptions, "onRead" | "onLine" | "onBadCopy">;

/** What planning and running need of it. */
export interface SnapshotAccess {
  readonly source: PackSource;
  readonly primitives: Primitives;
  readonly companyId: string;
  /** Aborted with the reason when the restore ends. */
  readonly signal: AbortSignal;
  openSnapshot(snapshotId: string): Promise<SnapshotReader>;
  end(reason: Error): void;
}

/**
 * How one restore reads: through a source of its own, with keys of its own. While it is planned it opens every data key that it will
 * need; after `forgetSecrets` these and the chunk-id keys are all that it has, and it goes on with them while the vault is locked.
 */
export class TakeAccess implements SnapshotAccess {
  readonly source: FetchPackSource;
  readonly primitives: Primitives;
  readonly companyId: string;
  readonly #companySecrets: Map<number, { readonly keys: KeyPair }>;
  readonly #keys: ReaderKeys;
  readonly #dataKeys: DataKeys;
  readonly #end = new AbortController();

  constructor(vault: OpenVault, events: AccessEvents) {
    const { client, tools } = vault.member;
    this.primitives = tools.primitives;
    this.companyId = vault.keys.companyId;
    const tokens = new BulkTokens(() => client.restores.open.mutate({}));
    this.source = new FetchPackSource({
      ...events,
      waitsForZones: true,
      getToken: (isRefused) => tokens.get(isRefused),
      signal: this.#end.signal,
    });
    this.#companySecrets = new Map(vault.keys.companySecrets);
    const { companyId, chunkIdKeys, log, agents } = vault.keys;
    this.#keys = { companyId, chunkIdKeys: new Map(chunkIdKeys), log, agents, companySecrets: this.#companySecrets };
    this.#dataKeys = new DataKeys(this.primitives, this.#keys);
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  openSnapshot(snapshotId: string): Promise<SnapshotReader> {
    const { source, primitives } = this;
    return SnapshotReader.open({ source, primitives, keys: this.#keys, dataKeys: this.#dataKeys }, snapshotId);
  }

  forgetSecrets(): void {
    this.#companySecrets.clear();
  }

  /** Ends every read. */
  end(reason: Error): void {
    this.#end.abort(reason);
    this.#companySecrets.clear();
  }
}
