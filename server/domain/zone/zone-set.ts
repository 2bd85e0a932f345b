import type { Zone } from "../../../engine/ports/zone.ts";

/** One datacentre's storage as the domain uses it; `server/zones/open-zones.ts` makes it. */
export interface ZoneHandle {
  readonly zoneId: string;
  /** 1 is preferred. */
  readonly ordinal: number;
  readonly backup: Zone;
  readonly archive: Zone;
  /** As last seen by this process. */
  readonly state: "healthy" | "unreachable";
}

/** The zones of a deployment, in the order of their ordinals. */
export interface ZoneSet {
  all(): readonly ZoneHandle[];
  find(zoneId: string): ZoneHandle | null;
  /**
   * The first zone in order that can be reached: one of `avoided` only where there is no other.
   *
   * @throws ZoneError `unreachable` when there is none
   */
  primaryFor(companyId: string, avoided?: readonly string[]): Promise<ZoneHandle>;
}
