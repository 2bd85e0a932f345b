import { openManifest, snapshotIdOf } from "../format/manifest.ts";
import type { ManifestBody } from "../format/manifest-body.ts";
import type { ManifestHeader } from "../format/manifest-header.ts";
import { checkManifest } from "../keys/manifest-checks.ts";
import type { Primitives } from "../ports/primitives.ts";
import { RestoreError } from "./restore-error.ts";
import type { DataKeys, ReaderKeys } from "./restore-keys.ts";

/** A snapshot whose manifest is proven: signed by an agent of the company, whole, and the one that was asked for. */
export interface OpenedSnapshot {
  readonly snapshotId: string;
  readonly header: ManifestHeader;
  readonly body: ManifestBody;
}

/**
 * Verifies and opens a manifest.
 *
 * @throws RestoreError `snapshot_replaced`, `key_missing`
 * @throws IntegrityError, FormatError: forged, damaged, or of an agent that does not count (`checkManifest`)
 */
export function openSnapshot(
  { primitives, keys, dataKeys }: { primitives: Primitives; keys: ReaderKeys; dataKeys: DataKeys },
  { snapshotId, bytes }: { snapshotId: string; bytes: Uint8Array },
): OpenedSnapshot {
  const { header, manifest } = checkManifest(primitives, keys, bytes);
  const found = snapshotIdOf(primitives, bytes);
  if (found !== snapshotId) {
    throw new RestoreError(
      "snapshot_replaced",
      `the manifest that came for snapshot ${snapshotId} is that of ${found}; nothing was restored, ask the provider why`,
    );
  }
  const dataKey = dataKeys.open(header.scope, manifest.slot);
  return { snapshotId, header, body: openManifest(primitives, dataKey, manifest) };
}
