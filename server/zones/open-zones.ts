import { statfs } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Primitives } from "../../engine/ports/primitives.ts";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { ZoneHandle, ZoneSet } from "../domain/zone/zone-set.ts";
import { systemClock } from "../platform/clock.ts";
import { sweepUnfinished } from "./fs-unfinished.ts";
import { createFsZone } from "./fs-zone.ts";
import type { ObjectReader } from "./object-reader.ts";
import type { S3Address } from "./s3-client.ts";
import { createS3Zone } from "./s3-zone.ts";
import { LOOK_MS, TermWatch } from "./term-watch.ts";
import { type Deadlines, openWithin, withDeadline } from "./with-deadline.ts";
import { type RetryOptions, withRetry } from "./with-retry.ts";
import { withTerm } from "./with-term.ts";
import { ZONE_CALLS, ZoneCalls } from "./zone-calls.ts";
import { IDENTITY_KEY, readZoneIdentity, type ZoneBase } from "./zone-identity.ts";

type Tries = Omit<RetryOptions, "clock">;

const DEADLINES: Deadlines = {
  /** Longer than any disk that works takes to begin, shorter than a reader's patience: then the other zone is asked. */
  answerMs: 8_000,
  /** 32 MiB at 1 MiB/s, and an fsync behind what others write. An agent waits for 120 s. */
  putMs: 60_000,
};
/** A second try after a moment, for a mount that just came back or a process short of descriptors; an absent zone costs 100 ms more. */
const FS_TRIES: Tries = { attempts: 2, firstDelayMs: 100 };
/** Servers and proxies ask to slow down, close connections that were idle, and restart one after the other. Silent ones are tried once. */
export const S3_TRIES: Tries = { attempts: 4, firstDelayMs: 100, untilMs: DEADLINES.answerMs };
const BASES = ["backup", "archive"] as const;

interface AnyZoneConfig {
  readonly zoneId: string;
  /** The order in which reads and new runs prefer zones, from 1. */
  readonly ordinal: number;
  /** Identities (32 hex digits) recorded when the zone was made; what is absent is pinned at first sight, for this process. */
  readonly identities?: Readonly<Partial<Record<ZoneBase, string>>>;
}

export interface FsZoneConfig extends AnyZoneConfig {
  readonly kind: "fs";
  /** Folder with `backup` and `archive` in it. */
  readonly path: string;
  /** What is frozen gets the immutable attribute as well. */
  readonly isImmutable?: boolean;
}

export interface S3ZoneConfig extends AnyZoneConfig, S3Address {
  readonly kind: "s3";
  readonly buckets: Readonly<Record<ZoneBase, string>>;
}

/** One zone as a deployment names it; the same shape as a process finds it in `HOLDFAST_ZONES`. */
export type ZoneConfig = FsZoneConfig | S3ZoneConfig;

/** A zone as the domain sees it, which can also be looked at. */
export interface OpenZone extends ZoneHandle {
  readonly zoneKind: "fs" | "s3" | "memory";
  /** Where the backup base can be read into memory of the caller's. */
  readonly openReader?: (key: string) => Promise<ObjectReader>;
  /** Looks whether the base is there, now. Never throws; says what is wrong. */
  probe(): Promise<ZoneCheck>;
}

type Room = Pick<ZoneCheck, "freeBytes" | "totalBytes">;

export interface ZoneCheck {
  readonly isReachable: boolean;
  /** ZoneError code, null when all is well. */
  readonly errorCode: string | null;
  readonly freeBytes: number | null;
  readonly totalBytes: number | null;
}

export interface OpenZoneSet extends ZoneSet {
  all(): readonly OpenZone[];
  find(zoneId: string): OpenZone | null;
}

export interface OpenZonesOptions {
  readonly zones: readonly ZoneConfig[];
  readonly primitives: Primitives;
  readonly now: Date;
  /** Control term of the history that this process writes; left out by whoever writes none, or is about to begin one. */
  readonly term?: number;
}

/**
 * Opens every zone. A zone that cannot be reached, or hangs, is part of the set as well and serves as soon as it is back; nothing is ever
 * created here. Unfinished objects of processes that ended are swept.
 */
export async function openZones({ zones, primitives, now, term }: OpenZonesOptions): Promise<OpenZoneSet> {
  const watch = term === undefined ? null : new TermWatch({ term, clock: systemClock });
  const handles = await Promise.all(
    zones.map(async (config) => {
      const calls = new ZoneCalls(config.zoneId, ZONE_CALLS);
      const handle = await openZone(config, { calls, primitives, watch });
      // What is not swept now is swept at the next start; the probe says what is wrong.
      if (config.kind === "fs") await calls.within(DEADLINES.answerMs, () => sweep(config, now)).catch(() => undefined);
      await handle.probe();
      return handle;
    }),
  );
  const requireOwn = (zoneId: string) => watch?.require(zoneId, LOOK_MS);
  return zoneSetOf(
    handles.sort((a, b) => a.ordinal - b.ordinal),
    requireOwn,
  );
}

/**
 * What surrounds the storage of every zone, from the inside: more tries, then deadlines over all tries. Nothing here checks hashes:
 * who puts knows the hash already and who reads a whole object compares it with the one that is recorded, so that each byte is hashed once.
 */
export function boundZone(zone: Zone, calls: ZoneCalls, deadlines: Deadlines, tries: Tries = FS_TRIES): Zone {
  return withDeadline(withRetry(zone, { clock: systemClock, ...tries }), calls, deadlines);
}

/**
 * A set of given handles, as they are for tests and the simulator.
 * @param requireOwn refuses a new run where another service has taken over, before anything is read for it
 */
export function zoneSetOf(
  handles: readonly OpenZone[],
  requireOwn: (zoneId: string) => Promise<void> | undefined = () => undefined,
): OpenZoneSet {
  /** One that goes away while it is asked is passed over. @throws ZoneError `taken_over` */
  async function isWritable(zoneId: string): Promise<boolean> {
    try {
      await requireOwn(zoneId);
      return true;
    } catch (error) {
      if (error instanceof ZoneError && error.code !== "taken_over") return false;
      throw error;
    }
  }
  return {
    all: () => handles,
    find: (zoneId) => handles.find((handle) => handle.zoneId === zoneId) ?? null,
    async primaryFor(_companyId, avoided = []) {
      const isAvoided = ({ zoneId }: OpenZone) => avoided.includes(zoneId);
      const preferred = [...handles.filter((handle) => !isAvoided(handle)), ...handles.filter(isAvoided)];
      for (const handle of preferred) {
        if ((await handle.probe()).isReachable && (await isWritable(handle.zoneId))) return handle;
      }
      throw new ZoneError("unreachable", "zones", "no zone can be reached");
    },
  };
}

/** A handle over any two bases; reachable is what can show its identity, or (in memory) answers at all. */
export function zoneHandleOf(
  zone: Omit<OpenZone, "state" | "probe">,
  measure: () => Promise<Room | null> = async () => null,
): OpenZone {
  let state: OpenZone["state"] = "healthy";
  return {
    ...zone,
    get state() {
      return state;
    },
    async probe() {
      try {
        if (zone.zoneKind === "memory") await zone.backup.find(IDENTITY_KEY);
        else await readZoneIdentity(zone.backup);
        const room = await measure();
        state = "healthy";
        return { isReachable: true, errorCode: null, freeBytes: null, totalBytes: null, ...room };
      } catch (error) {
        state = "unreachable";
        const errorCode = error instanceof ZoneError ? error.code : "unreachable";
        return { isReachable: false, errorCode, freeBytes: null, totalBytes: null };
      }
    },
  };
}

/** Folder of one base of a zone. */
export function basePathOf(config: Pick<FsZoneConfig, "path">, base: ZoneBase): string {
  return join(resolve(config.path), base);
}

interface Opening {
  readonly calls: ZoneCalls;
  readonly primitives: Primitives;
  /** What surrounds each base from the outside; null for whoever writes no history. */
  readonly watch: TermWatch | null;
}

/** The backup base is the one that has terms. */
function guarded({ watch }: Opening, backup: Zone, archive: Zone): Pick<OpenZone, "backup" | "archive"> {
  if (watch === null) return { backup, archive };
  watch.add(backup);
  return { backup: withTerm(backup, watch), archive: withTerm(archive, watch) };
}

async function openZone(config: ZoneConfig, opening: Opening): Promise<OpenZone> {
  return config.kind === "fs" ? openFsZone(config, opening) : openS3Zone(config, opening);
}

function openFsZone(config: FsZoneConfig, opening: Opening): OpenZone {
  const { calls, primitives } = opening;
  const open = (base: ZoneBase) => {
    const path = basePathOf(config, base);
    const { zoneId, isImmutable = false } = config;
    return createFsZone({ zoneId, base, path, isImmutable, primitives, ...identityOf(config, base) });
  };
  const { zoneId, ordinal, kind } = config;
  const files = open("backup");
  const bound = (zone: Zone) => boundZone(zone, calls, DEADLINES);
  const handle = {
    zoneId,
    ordinal,
    zoneKind: kind,
    ...guarded(opening, bound(files), bound(open("archive"))),
    openReader: openWithin(files.openReader, calls, DEADLINES.answerMs),
  };
  return zoneHandleOf(handle, () => calls.within(DEADLINES.answerMs, () => measureRoom(basePathOf(config, "backup"))));
}

/** A bucket does not say how much room is left. */
async function openS3Zone(config: S3ZoneConfig, opening: Opening): Promise<OpenZone> {
  const { calls, primitives } = opening;
  const { zoneId, ordinal, kind, buckets } = config;
  // The library takes half a second and 35 MB; a service whose zones are folders does without.
  const { openS3Bucket } = await import("./s3-bucket.ts");
  const { openS3Client } = await import("./s3-client.ts");
  const client = openS3Client(config);
  const open = (base: ZoneBase) => {
    const bucket = openS3Bucket(client, zoneId, buckets[base]);
    const zone = createS3Zone({ bucket, base, primitives, ...identityOf(config, base) });
    return boundZone(zone, calls, DEADLINES, S3_TRIES);
  };
  return zoneHandleOf({ zoneId, ordinal, zoneKind: kind, ...guarded(opening, open("backup"), open("archive")) });
}

function identityOf({ identities }: ZoneConfig, base: ZoneBase): { identity?: string } {
  const identity = identities?.[base];
  return identity === undefined ? {} : { identity };
}

function sweep(config: FsZoneConfig, now: Date): Promise<unknown> {
  return Promise.all(BASES.map((base) => sweepUnfinished(basePathOf(config, base), now)));
}

async function measureRoom(path: string): Promise<Room> {
  const space = await statfs(path);
  return { freeBytes: space.bavail * space.bsize, totalBytes: space.blocks * space.bsize };
}
