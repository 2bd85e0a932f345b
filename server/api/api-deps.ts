import type { Clock } from "../../engine/ports/clock.ts";
import type { DomainDeps } from "../domain/domain-deps.ts";
import type { Logger } from "../platform/log.ts";
import type { PublishedReleases } from "../platform/published-releases.ts";
import type { RunFeed } from "./live/run-feed.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { TierPrices } from "./retention-view.ts";

/** What the procedures work with; made once per process by create-api.ts, by hand in tests. */
export interface ApiDeps extends DomainDeps {
  /**
   * Waits until what a company (null: the provider) has written so far is durable in every zone that can be reached. Keys, people and
   * whatever else must not be lost with the database are answered for only then.
   * @throws ApiError `journal_behind`: the change is made, and not yet safe
   */
  readonly acknowledge: (companyId: string | null) => Promise<void>;
  /** Of this process: expiry of tokens, skew of agents. About data only the database's clock decides. */
  readonly clock: Clock;
  readonly log: Logger;
  readonly rateLimits: RateLimits;
  /** How open runs go on, for pages that look. */
  readonly runFeed: RunFeed;
  /** The agent that this installation offers. */
  readonly releases: PublishedReleases;
  /** Runs of one company that may be open at a time. */
  readonly companyRunsMax: number;
  /** 32 bytes of this installation: signs bulk tokens and browser sessions. */
  readonly secret: Uint8Array;
  /** The one origin that agents and browsers see. */
  readonly publicUrl: string;
  /** Null where the provider has named none. */
  readonly tierPrices: TierPrices | null;
  /** Folders that collectors may read something below; none unless the service's machine was told. */
  readonly collectorRoots: readonly string[];
  /** SHA-256 of the code that makes an installation without staff somebody's own; null when there is none. */
  readonly findSetupCodeHash: () => Promise<Uint8Array | null>;
}
