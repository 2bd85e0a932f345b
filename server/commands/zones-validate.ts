import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { clearImmutableBelow } from "../platform/immutable-attribute.ts";
import type { ZoneSettings } from "../platform/zone-settings.ts";
import { createZoneIdentity } from "../zones/create-zone-identity.ts";
import { createFsZone } from "../zones/fs-zone.ts";
import { basePathOf } from "../zones/open-zones.ts";
import { type BaseCheck, validateBase } from "../zones/validate-base.ts";
import type { ZoneBase } from "../zones/zone-identity.ts";
import { parseCommandInput, print } from "./owner/command-input.ts";
import { atDataFolder, readZonesFile } from "./supervisor/set-up-zones.ts";

const Input = z.object({
  file: z.string().min(1),
  data: z.string().min(1).default("data"),
  json: z.boolean().default(false),
});
const BASES = ["backup", "archive"] as const;
const EXIT_FAILED = 1;

interface TriedBase {
  readonly zone: Zone;
  /** Takes back what was made to try it. */
  readonly leave: () => Promise<unknown>;
}

/** `holdfast zones validate`: whether the storage that a zones file names keeps what a zone promises, before anything is trusted to it. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { file, data, json: isJson } = parseCommandInput(Input, input);
  const zones = (await readZonesFile(resolve(file))).map((zone) => atDataFolder(resolve(data), zone));
  let isGood = true;
  for (const zone of zones) {
    for (const base of BASES) {
      for (const result of await tryBase(zone, base)) {
        isGood &&= result.isGood;
        const { check, detail } = result;
        const text = `${zone.zoneId} ${base.padEnd(7)}  ${result.isGood ? "ok    " : "FAILED"}  ${check}: ${detail}`;
        print(isJson, { zoneId: zone.zoneId, base, ...result }, text);
      }
    }
  }
  return isGood ? 0 : EXIT_FAILED;
}

async function tryBase(settings: ZoneSettings, base: ZoneBase): Promise<readonly BaseCheck[]> {
  let tried: TriedBase | null = null;
  try {
    tried = settings.kind === "fs" ? await openFolder(settings, base) : await openBucket(settings, base);
    const { zone } = tried;
    const clocks = { nowMs: () => performance.now(), sleep: (ms: number) => sleep(ms) };
    return await validateBase({ zone, base, primitives: nodePrimitives, randomness: nodeRandomness, ...clocks });
  } catch (error) {
    if (!(error instanceof ZoneError)) throw error;
    return [{ check: "can be reached and written", isGood: false, detail: error.message }];
  } finally {
    await tried?.leave();
  }
}

/** In a folder of its own inside, so that a base which is in use is tried as one that is not there yet. */
async function openFolder(settings: Extract<ZoneSettings, { kind: "fs" }>, base: ZoneBase): Promise<TriedBase> {
  const { zoneId, isImmutable = false } = settings;
  const parent = basePathOf(settings, base);
  const made = await mkdir(parent, { recursive: true }).catch((error: unknown) => {
    throw new ZoneError("unreachable", zoneId, `${parent}: ${error instanceof Error ? error.message : error}`);
  });
  const path = await mkdtemp(join(parent, ".validate-")).catch((error: unknown) => {
    throw new ZoneError("read_only", zoneId, `${parent}: ${error instanceof Error ? error.message : error}`);
  });
  const leave = async () => {
    if (isImmutable) await clearImmutableBelow(path);
    await rm(path, { recursive: true, force: true });
    // Folders that were made for this alone go, too: an empty place has to stay one.
    if (made !== undefined) await rm(made, { recursive: true, force: true });
  };
  try {
    const identity = await createZoneIdentity({ zoneId, base, path, randomness: nodeRandomness });
    return { zone: createFsZone({ zoneId, base, path, identity, isImmutable, primitives: nodePrimitives }), leave };
  } catch (error) {
    await leave();
    throw error;
  }
}

async function openBucket(settings: Extract<ZoneSettings, { kind: "s3" }>, base: ZoneBase): Promise<TriedBase> {
  const { createS3Identity } = await import("../zones/create-s3-identity.ts");
  const { openS3Bucket } = await import("../zones/s3-bucket.ts");
  const { openS3Client } = await import("../zones/s3-client.ts");
  const { createS3Zone } = await import("../zones/s3-zone.ts");
  const { IDENTITY_KEY, newZoneIdentity } = await import("../zones/zone-identity.ts");
  const { FIRST_TERM_KEY } = await import("../zones/control-term.ts");
  const bucket = openS3Bucket(openS3Client(settings), settings.zoneId, settings.buckets[base]);
  const isNew = (await bucket.findSize(IDENTITY_KEY)) === null;
  if (isNew) {
    const identity = newZoneIdentity(settings.zoneId, base, nodeRandomness);
    await createS3Identity({ bucket, identity, sha256: nodePrimitives.sha256 });
  }
  const remove = (key: string) => (base === "archive" ? bucket.deleteVersions(key) : bucket.delete(key));
  const leave = async () => {
    if (!isNew) return;
    for (const key of base === "backup" ? [IDENTITY_KEY, FIRST_TERM_KEY] : [IDENTITY_KEY]) await remove(key);
  };
  return { zone: createS3Zone({ bucket, base, primitives: nodePrimitives }), leave };
}
