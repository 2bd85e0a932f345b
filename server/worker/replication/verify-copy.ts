import { toHex } from "../../../engine/codec/hex.ts";
import type { Primitives } from "../../../engine/ports/primitives.ts";
import type { Zone } from "../../../engine/ports/zone.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import { badCopyCodeOf } from "../../domain/zone/bad-copy-code.ts";

export interface StoredCopy {
  readonly objectKey: string;
  /** Hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

export type CopyVerdict =
  | { readonly kind: "good" }
  /** Its bytes are wrong, or there are none. */
  | { readonly kind: "bad"; readonly code: string }
  /** Says nothing about the copy: it could not be read now. */
  | { readonly kind: "unread"; readonly code: string };

/** Reads one copy whole, a piece at a time, and compares length and hash with what is recorded. */
export async function verifyCopy(primitives: Primitives, zone: Zone, copy: StoredCopy): Promise<CopyVerdict> {
  const hash = primitives.sha256Start();
  let sizeBytes = 0;
  try {
    for await (const piece of await zone.get(copy.objectKey)) {
      sizeBytes += piece.length;
      if (sizeBytes > copy.sizeBytes) return { kind: "bad", code: "wrong_length" };
      hash.update(piece);
    }
  } catch (error) {
    if (!(error instanceof ZoneError)) throw error;
    const code = badCopyCodeOf(error);
    return code === null ? { kind: "unread", code: error.code } : { kind: "bad", code };
  }
  if (sizeBytes !== copy.sizeBytes) return { kind: "bad", code: "wrong_length" };
  return toHex(hash.digest()) === copy.sha256 ? { kind: "good" } : { kind: "bad", code: "hash_mismatch" };
}
