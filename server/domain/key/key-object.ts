import type { Primitives } from "../../../engine/ports/primitives.ts";
import type { KeyObject, KeyObjectKind } from "../store/account-store.ts";
import { keyObjectKey } from "../zone/object-keys.ts";

export interface KeyObjectParts {
  readonly companyId: string;
  readonly kind: KeyObjectKind;
  readonly number: number;
  readonly bytes: Uint8Array;
  /** The source of a definition. */
  readonly subjectId?: string;
}

/** Names signed or sealed bytes by their hash, as they lie in database and zones. */
export function toKeyObject(primitives: Primitives, parts: KeyObjectParts): KeyObject {
  const { companyId, kind, number, bytes, subjectId = "" } = parts;
  const hash = primitives.sha256(bytes);
  return { kind, number, hash, bytes, objectKey: keyObjectKey(companyId, { kind, number, hash }, subjectId) };
}
