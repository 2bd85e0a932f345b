import { PACK_MAX_BYTES } from "../../contracts/limits.ts";
import { toHex } from "../../engine/codec/hex.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../domain/domain-deps.ts";
import type { ZoneProbe, ZoneState } from "../domain/store/zone-store.ts";
import type { OpenZone, OpenZoneSet } from "../zones/open-zones.ts";

const CANARY_BYTES = 4_096;
/** With less a zone is full: a canary would still fit, and the packs of a backup would not. */
const MIN_FREE_BYTES = 2 * PACK_MAX_BYTES;

export interface ProbeDeps extends Pick<DomainDeps, "store" | "randomness"> {
  readonly zones: OpenZoneSet;
}

/** Writes, reads back and deletes a canary in every zone, and records what it took and how much room is left. */
export async function probeZones(deps: ProbeDeps): Promise<void> {
  const known = new Map((await deps.store.listZones()).map((row) => [row.zoneId, row.state]));
  for (const zone of deps.zones.all()) {
    const measured = await measure(zone, deps);
    const state = await stateAfter(deps, zone.zoneId, measured.errorCode === null, known.get(zone.zoneId));
    await deps.store.recordProbe(zone.zoneId, { ...measured, state });
  }
}

async function measure(zone: OpenZone, { randomness }: ProbeDeps): Promise<Omit<ZoneProbe, "state">> {
  const { freeBytes, totalBytes, ...check } = await zone.probe();
  const startedMs = performance.now();
  const isFull = freeBytes !== null && freeBytes < MIN_FREE_BYTES;
  const errorCode = check.errorCode ?? (isFull ? "full" : await tryCanary(zone, randomness.bytes(CANARY_BYTES)));
  return { latencyMs: Math.round(performance.now() - startedMs), freeBytes, totalBytes, errorCode };
}

async function tryCanary(zone: OpenZone, canary: Uint8Array): Promise<string | null> {
  const key = `control/canary-${toHex(canary.subarray(0, 16))}`;
  try {
    await zone.backup.put(key, [canary], canary.length);
    const parts: Uint8Array[] = [];
    for await (const part of await zone.backup.get(key)) parts.push(part);
    return Buffer.concat(parts).equals(canary) ? null : "damaged";
  } catch (error) {
    if (error instanceof ZoneError) return error.code;
    throw error;
  } finally {
    await zone.backup.delete(key).catch(() => undefined);
  }
}

/** A zone that was away is only called healthy again once nothing is missing in it. */
async function stateAfter(
  { store }: ProbeDeps,
  zoneId: string,
  isGood: boolean,
  before: ZoneState | undefined,
): Promise<ZoneState> {
  if (!isGood) return "unreachable";
  if (before === undefined || before === "healthy") return "healthy";
  return (await store.listCompaniesBehind(zoneId)).length > 0 ? "catching_up" : "healthy";
}
