import type { SnapshotClass } from "../../../contracts/retention.ts";
import { concatBytes, toHex } from "../../../engine/codec/hex.ts";
import { encodeUtf8 } from "../../../engine/codec/text.ts";
import type { Zone } from "../../../engine/ports/zone.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import type { ZoneObject } from "../../domain/store/commit-store.ts";
import type { SnapshotRow } from "../../domain/store/store-reads.ts";
import { archivedManifestKey, manifestObjectKey, sidecarObjectKey } from "../../domain/zone/object-keys.ts";
import { tieredZone } from "../../domain/zone/tiered-zone.ts";
import type { FreezeProblem } from "./freeze-problem.ts";

interface FrozenObjectsOptions {
  readonly deps: Pick<DomainDeps, "zones" | "primitives">;
  readonly companyId: string;
}

/** The agent's own manifest, as it signed it, and beside it what the server says: durable and read back in every zone. */
export async function storeFrozenObjects(
  options: FrozenObjectsOptions,
  snapshot: SnapshotRow,
  frozen: { readonly snapshotClass: SnapshotClass; readonly retainUntil: Date },
): Promise<readonly ZoneObject[] | FreezeProblem> {
  const { deps, companyId } = options;
  const { commit, manifestSha256, receivedAt, snapshotId } = snapshot;
  const hash = toHex(manifestSha256);
  const manifestKey = archivedManifestKey(companyId, commit, hash);
  const sourceKey = snapshot.frozen ? manifestKey : manifestObjectKey(companyId, commit, hash);
  const manifest = await readManifest(options, sourceKey, hash);
  if (manifest === null) return { code: "pack_unreadable", detail: `the manifest of commit ${commit}` };
  const sidecar = encodeUtf8(
    JSON.stringify({
      ...{ v: 1, company: companyId, commit, snapshotId, receivedAt: receivedAt.toISOString() },
      ...{ class: frozen.snapshotClass, retainUntil: frozen.retainUntil.toISOString() },
    }),
  );
  const sidecarKey = sidecarObjectKey(manifestKey, toHex(deps.primitives.sha256(sidecar)));
  const made = [
    { kind: "manifest", objectKey: manifestKey, bytes: manifest },
    { kind: "sidecar", objectKey: sidecarKey, bytes: sidecar },
  ] as const;
  const objects = made.map(({ kind, objectKey, bytes }) => {
    return { kind, objectKey, bytes, sizeBytes: bytes.length, sha256: deps.primitives.sha256(bytes) };
  });
  for (const handle of deps.zones.all()) {
    const zone = tieredZone(handle);
    for (const { objectKey, bytes, sha256 } of objects) {
      try {
        await zone.put(objectKey, [bytes], bytes.length, { sha256 });
        if (toHex(deps.primitives.sha256(await readAll(zone, objectKey))) !== toHex(sha256)) {
          return { code: "pack_unreadable", detail: `${objectKey} reads wrong in ${zone.zoneId}` };
        }
      } catch (error) {
        if (!(error instanceof ZoneError)) throw error;
        return { code: "zone_away", detail: error.message };
      }
    }
  }
  return objects.map(({ bytes: _, ...object }) => object);
}

async function readManifest(
  { deps }: FrozenObjectsOptions,
  objectKey: string,
  hash: string,
): Promise<Uint8Array | null> {
  for (const handle of deps.zones.all()) {
    try {
      const bytes = await readAll(tieredZone(handle), objectKey);
      if (toHex(deps.primitives.sha256(bytes)) === hash) return bytes;
    } catch (error) {
      if (!(error instanceof ZoneError)) throw error;
    }
  }
  return null;
}

/** Manifests and sidecars have at most 16 MiB. */
async function readAll(zone: Zone, objectKey: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of await zone.get(objectKey)) parts.push(part);
  return concatBytes(...parts);
}
