import type { Primitives } from "../../../engine/ports/primitives.ts";
import type { Zone } from "../../../engine/ports/zone.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import { putOrReplaceBad } from "../../zones/put-or-replace-bad.ts";
import type { CopyStep } from "./plan-replication.ts";

export type CopyOutcome =
  | { readonly kind: "copied" | "healed"; readonly badZoneIds: readonly BadCopy[] }
  /** Every source failed; `badZoneIds` are those whose bytes were wrong or absent. */
  | { readonly kind: "failed"; readonly badZoneIds: readonly BadCopy[] };

export interface BadCopy {
  readonly zoneId: string;
  readonly state: "suspect" | "missing";
  readonly code: string;
}

export interface CopyOptions {
  readonly step: CopyStep;
  readonly target: Zone;
  readonly sources: ReadonlyMap<string, Zone>;
  readonly primitives: Primitives;
}

/**
 * Reads one object from the first source whose bytes have the right hash, and makes it durable in the target. Wrong bytes never get into
 * the target, and a good copy there is never replaced.
 * @throws ZoneError of the target
 */
export async function copyObject({ step, target, sources, primitives }: CopyOptions): Promise<CopyOutcome> {
  const badZoneIds: BadCopy[] = [];
  for (const read of readersOf(step, sources)) {
    const found = await read.open().catch((error: unknown) => toBadCopy(read.zoneId, error));
    if (found === null) continue;
    if (!Array.isArray(found)) {
      badZoneIds.push(found);
      continue;
    }
    if (Buffer.from(primitives.sha256(...found)).toString("hex") !== step.sha256) {
      badZoneIds.push({ zoneId: read.zoneId, state: "suspect", code: "hash_mismatch" });
      continue;
    }
    const { objectKey, sha256, lockedUntil } = step;
    const stored = await putOrReplaceBad({ zone: target, key: objectKey, parts: found, sha256 });
    // Before it counts as present: what is frozen is locked in every zone, also in one that came later.
    if (lockedUntil !== null) await target.lock(objectKey, lockedUntil);
    return { kind: stored === "replaced" ? "healed" : "copied", badZoneIds };
  }
  return { kind: "failed", badZoneIds };
}

interface Reader {
  readonly zoneId: string;
  open(): Promise<Uint8Array[]>;
}

function readersOf(step: CopyStep, sources: ReadonlyMap<string, Zone>): Reader[] {
  const { bytes } = step;
  const readers: Reader[] = bytes === null ? [] : [{ zoneId: "database", open: async () => [bytes] }];
  for (const zoneId of step.fromZoneIds) {
    const zone = sources.get(zoneId);
    if (zone) readers.push({ zoneId, open: () => readParts(zone, step) });
  }
  return readers;
}

async function readParts(zone: Zone, step: CopyStep): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of await zone.get(step.objectKey)) {
    size += part.length;
    if (size > step.sizeBytes) throw new ZoneError("damaged", zone.zoneId, `${step.objectKey} is longer than recorded`);
    parts.push(part);
  }
  return parts;
}

/** A zone that is away says nothing about its copy: null. */
function toBadCopy(zoneId: string, error: unknown): BadCopy | null {
  if (!(error instanceof ZoneError)) throw error;
  if (error.code === "not_found") return { zoneId, state: "missing", code: error.code };
  if (error.code === "damaged") return { zoneId, state: "suspect", code: error.code };
  return null;
}
