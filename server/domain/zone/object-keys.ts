import type { PackKind } from "../store/pack-store.ts";

/** Digits of a commit number in a name, so that names sort like numbers. */
const COMMIT_DIGITS = 12;

/** Content and tree packs lie apart: the first may be in a cold class one day, the second never. `packId` is the SHA-256 in hex. */
export function packObjectKey(companyId: string, packKind: PackKind, packId: string): string {
  const folder = packKind === "content" ? "packs" : "meta";
  return `companies/${companyId}/${folder}/${packId.slice(0, 2)}/${packId}`;
}

/** @param sha256Hex of the whole manifest */
export function manifestObjectKey(companyId: string, commit: number, sha256Hex: string): string {
  return `companies/${companyId}/snapshots/${commitDigits(commit)}-${sha256Hex}`;
}

/** Beside its manifest. */
export function receiptObjectKey(companyId: string, commit: number, manifestSha256Hex: string): string {
  return `${manifestObjectKey(companyId, commit, manifestSha256Hex)}.receipt`;
}

/** @param sha256Hex of header | signature */
export function headerObjectKey(companyId: string, commit: number, sha256Hex: string): string {
  return `companies/${companyId}/headers/${commitDigits(commit)}-${sha256Hex}`;
}

function commitDigits(commit: number): string {
  return String(commit).padStart(COMMIT_DIGITS, "0");
}
