import type { DomainDeps } from "../domain/domain-deps.ts";
import type { OpenZoneSet } from "../zones/open-zones.ts";

/** After a round that could not copy what is missing, the pair is left alone for so long. */
const BACK_OFF_MS = 30_000;

export interface ReplicationPair {
  readonly companyId: string;
  readonly zoneId: string;
}

export interface FindWorkOptions {
  readonly store: DomainDeps["store"];
  readonly zones: OpenZoneSet;
  readonly now: () => Date;
}

/** Looks which companies have something to copy into which zone, and remembers which pairs are hopeless for the moment. */
export class FindWork {
  readonly #options: FindWorkOptions;
  readonly #restUntilMs = new Map<string, number>();

  constructor(options: FindWorkOptions) {
    this.#options = options;
  }

  async listPairs(): Promise<readonly ReplicationPair[]> {
    const { store, zones, now } = this.#options;
    const pairs: ReplicationPair[] = [];
    for (const zone of zones.all()) {
      if (zones.all().length < 2 || !(await zone.probe()).isReachable) continue;
      for (const companyId of await store.listCompaniesBehind(zone.zoneId)) {
        const restUntilMs = this.#restUntilMs.get(`${zone.zoneId}/${companyId}`) ?? 0;
        if (restUntilMs <= now().getTime()) pairs.push({ companyId, zoneId: zone.zoneId });
      }
    }
    return pairs;
  }

  /** Nothing could be copied now: not again at once. */
  rest({ companyId, zoneId }: ReplicationPair): void {
    const nowMs = this.#options.now().getTime();
    for (const [key, untilMs] of this.#restUntilMs) if (untilMs <= nowMs) this.#restUntilMs.delete(key);
    this.#restUntilMs.set(`${zoneId}/${companyId}`, nowMs + BACK_OFF_MS);
  }
}
