import { statfs } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Primitives } from "../../engine/ports/primitives.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { ZoneHandle, ZoneSet } from "../domain/zone/zone-set.ts";
import { sweepUnfinished } from "./fs-unfinished.ts";
import { createFsZone } from "./fs-zone.ts";
import type { ObjectReader } from "./object-reader.ts";
import { readZoneIdentity, type ZoneBase } from "./zone-identity.ts";

/** One zone as a deployment names it; the same shape as a process finds it in `HOLDFAST_ZONES`. */
export interface ZoneConfig {
  readonly zoneId: string;
  /** The order in which reads and new runs prefer zones, from 1. */
  readonly ordinal: number;
  readonly kind: "fs";
  /** Folder with `backup` and `archive` in it. */
  readonly path: string;
  /** Identities (32 hex digits) recorded when the zone was made; what is absent is pinned at first sight, for this process. */
  readonly identities?: Readonly<Partial<Record<ZoneBase, string>>>;
}

/** A zone as the domain sees it, which can also be looked at. */
export interface OpenZone extends ZoneHandle {
  readonly zoneKind: "fs" | "memory";
  /** Where the backup base can be read into memory of the caller's. */
  readonly openReader?: (key: string) => Promise<ObjectReader>;
  /** Looks whether the base is there, now. Never throws; says what is wrong. */
  probe(): Promise<ZoneCheck>;
}

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
}

/**
 * Opens every zone. A zone that cannot be reached is part of the set as well and serves as soon as it is back; nothing is ever created
 * here. Unfinished objects of processes that ended are swept.
 */
export async function openZones({ zones, primitives, now }: OpenZonesOptions): Promise<OpenZoneSet> {
  const handles = zones.map((config) => openZone(config, primitives)).sort((a, b) => a.ordinal - b.ordinal);
  for (const config of zones) {
    for (const base of ["backup", "archive"] as const) await sweepUnfinished(basePathOf(config, base), now);
  }
  await Promise.all(handles.map((handle) => handle.probe()));
  return zoneSetOf(handles);
}

/** A set of given handles, for tests and the simulator. */
export function zoneSetOf(handles: readonly OpenZone[]): OpenZoneSet {
  return {
    all: () => handles,
    find: (zoneId) => handles.find((handle) => handle.zoneId === zoneId) ?? null,
    async primaryFor() {
      for (const handle of handles) {
        if ((await handle.probe()).isReachable) return handle;
      }
      throw new ZoneError("unreachable", "zones", "no zone can be reached");
    },
  };
}

/** A handle over any two bases; reachable is what can show its identity, or (in memory) answers at all. */
export function zoneHandleOf(zone: Omit<OpenZone, "state" | "probe">, basePath: string | null = null): OpenZone {
  let state: OpenZone["state"] = "healthy";
  return {
    ...zone,
    get state() {
      return state;
    },
    async probe() {
      try {
        if (basePath === null) await zone.backup.find("control/zone");
        else await readZoneIdentity(zone.backup);
        const space = basePath === null ? null : await statfs(basePath);
        state = "healthy";
        const freeBytes = space ? space.bavail * space.bsize : null;
        return { isReachable: true, errorCode: null, freeBytes, totalBytes: space ? space.blocks * space.bsize : null };
      } catch (error) {
        state = "unreachable";
        const errorCode = error instanceof ZoneError ? error.code : "unreachable";
        return { isReachable: false, errorCode, freeBytes: null, totalBytes: null };
      }
    },
  };
}

/** Folder of one base of a zone. */
export function basePathOf(config: Pick<ZoneConfig, "path">, base: ZoneBase): string {
  return join(resolve(config.path), base);
}

function openZone(config: ZoneConfig, primitives: Primitives): OpenZone {
  const open = (base: ZoneBase) => {
    const identity = config.identities?.[base];
    const path = basePathOf(config, base);
    return createFsZone({ zoneId: config.zoneId, base, path, primitives, ...(identity ? { identity } : {}) });
  };
  const { zoneId, ordinal, kind } = config;
  const backup = open("backup");
  const handle = { zoneId, ordinal, zoneKind: kind, backup, archive: open("archive"), openReader: backup.openReader };
  return zoneHandleOf(handle, basePathOf(config, "backup"));
}
