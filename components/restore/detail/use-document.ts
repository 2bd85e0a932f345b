import type { SourceRoute } from "../route/route.ts";
import type { DocumentPreview, FolderRow, VersionList } from "../runtime/protocol/reading-calls.ts";
import { type Asked, useCall } from "../vault/use-call.ts";
import { useVault } from "../vault/vault-context.ts";

/** As much of a text as is drawn; the worker gives at most 8 MiB. */
const TEXT_BYTES = 256 * 1024;
const IMAGE_BYTES = 8 * 1024 * 1024;
/** Larger ones are not asked for whole only to be refused. */
const IMAGE_NAME = /\.(png|jpe?g|gif|webp)$/i;

export interface DocumentPlace {
  readonly machineId: string;
  readonly sourceId: string;
  readonly snapshotId: string;
  readonly steps: readonly number[];
}

export interface OpenedDocument {
  readonly row: Asked<FolderRow | null>;
  readonly preview: Asked<DocumentPreview>;
  readonly versions: Asked<VersionList>;
}

/** The document that an address names; null when it names a folder alone. */
export function documentOf(route: SourceRoute): DocumentPlace | null {
  const { machineId, sourceId, snapshotId, steps, document } = route;
  return snapshotId === null || document === null
    ? null
    : { machineId, sourceId, snapshotId, steps: [...steps, document] };
}

/** What a document is here, its first bytes, and its other times; each as soon as it is known. */
export function useDocument(place: DocumentPlace | null): OpenedDocument {
  const { vault } = useVault();
  const key = place === null ? null : `${place.snapshotId}/${place.steps.join(".")}`;
  const row = useCall(key, async () => {
    if (place === null) return null;
    const { path } = await vault.calls.findPlace(place);
    return vault.calls.findInSnapshot({ snapshotId: place.snapshotId, path });
  });
  const shown = row.isCurrent ? (row.value ?? null) : null;
  const isFile = shown?.type === "file";
  const preview = useCall(isFile ? key : null, () => {
    if (place === null || shown === null) throw new TypeError("there is no document to preview");
    const maxBytes = IMAGE_NAME.test(shown.name) && shown.sizeBytes <= IMAGE_BYTES ? IMAGE_BYTES : TEXT_BYTES;
    return vault.calls.readPreview({ ...place, maxBytes });
  });
  const versionsKey = place === null || !shown ? null : `${place.sourceId} ${shown.path}`;
  const versions = useCall(versionsKey, () => {
    if (place === null || shown === null) throw new TypeError("there is no document with versions");
    return vault.calls.listVersions({ machineId: place.machineId, sourceId: place.sourceId, path: shown.path });
  });
  return { row, preview, versions };
}
