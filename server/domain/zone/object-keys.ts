import { toHex } from "../../../engine/codec/hex.ts";
import type { KeyObjectKind } from "../store/account-store.ts";

/** [Note: Names in a zone] DESIGN.md section 5 and FORMAT.md section 9, in one place. */

/** What the keys of objects in the archive base begin with here; in the base itself they go without. */
export const ARCHIVE_PREFIX = "archive/";

interface PackName {
  readonly packId: string;
  readonly packKind: "content" | "meta";
  readonly tier: "backup" | "archive";
}

export function packObjectKey(companyId: string, { packId, packKind, tier }: PackName): string {
  const folder = packKind === "content" ? "packs" : "meta";
  return `${tier === "archive" ? ARCHIVE_PREFIX : ""}companies/${companyId}/${folder}/${packId.slice(0, 2)}/${packId}`;
}

/** The agent's own manifest, frozen. */
export function archivedManifestKey(companyId: string, commit: number, manifestSha256Hex: string): string {
  return ARCHIVE_PREFIX + manifestObjectKey(companyId, commit, manifestSha256Hex);
}

/** What the server says about a frozen snapshot, unsigned. Named by its own hash as well: a freeze that broke off may be begun anew with another class. */
export function sidecarObjectKey(archivedManifest: string, sidecarSha256Hex: string): string {
  return `${archivedManifest}.sidecar-${sidecarSha256Hex}`;
}

export function manifestObjectKey(companyId: string, commit: number, manifestSha256Hex: string): string {
  return `companies/${companyId}/snapshots/${commitDigits(commit)}-${manifestSha256Hex}`;
}

export function receiptObjectKey(companyId: string, commit: number, manifestSha256Hex: string): string {
  return `${manifestObjectKey(companyId, commit, manifestSha256Hex)}.receipt`;
}

export function headerObjectKey(companyId: string, commit: number, headerHashHex: string): string {
  return `companies/${companyId}/headers/${commitDigits(commit)}-${headerHashHex}`;
}

/** @param subjectId the source of a definition; nothing else has one in its name */
export function keyObjectKey(
  companyId: string,
  object: { readonly kind: KeyObjectKind; readonly number: number; readonly hash: Uint8Array },
  subjectId: string,
): string {
  const base = `companies/${companyId}/keys`;
  const hash = toHex(object.hash);
  const number = String(object.number).padStart(8, "0");
  switch (object.kind) {
    case "log":
      return `${base}/log/${number}-${hash}`;
    case "wrap":
      return `${base}/wraps/${number}-${hash}`;
    case "agent":
      return `${base}/agents/${hash}`;
    case "source":
      return `${base}/sources/${subjectId}-${number}-${hash}`;
  }
}

/** What the keys of all manifests and receipts begin with. */
export function snapshotsPrefix(companyId: string): string {
  return `companies/${companyId}/snapshots/`;
}

/** How to list the manifests and receipts of commit numbers beyond one. */
export function snapshotsPrefixAfter(companyId: string, commit: number): { prefix: string; after: string } {
  const prefix = snapshotsPrefix(companyId);
  // A dot comes after the dash that stands behind the number, and before the next digit.
  return { prefix, after: `${prefix}${commitDigits(commit)}.` };
}

function commitDigits(commit: number): string {
  return String(commit).padStart(12, "0");
}
