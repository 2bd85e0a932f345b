import { ZoneError } from "../../engine/ports/zone-error.ts";

/** Bytes; below every platform's path limit once the base's own path stands before it. */
const MAX_KEY_BYTES = 512;
/** Levels of folders; ours need six. */
const MAX_KEY_PARTS = 16;
const KEY_PART = /^[a-z0-9-][a-z0-9.-]*$/;
const CONTENT_NAME = /(?:^|-)([0-9a-f]{64})$/;

/**
 * Splits a valid key into its parts. A part never begins with a dot, so neither "..", nor hidden names, nor the adapter's own
 * folder for unfinished objects can be reached.
 * @throws ZoneError `invalid_key`
 */
export function parseObjectKey(zoneId: string, key: string): readonly string[] {
  const parts = key.split("/");
  if (key.length > MAX_KEY_BYTES || parts.length > MAX_KEY_PARTS || !parts.every((part) => KEY_PART.test(part))) {
    throw new ZoneError("invalid_key", zoneId, `"${key.slice(0, 80)}" is not a valid object key`);
  }
  return parts;
}

/** A prefix is empty or the beginning of a valid key; it may end in "/". @throws ZoneError `invalid_key` */
export function requirePrefix(zoneId: string, prefix: string): void {
  if (prefix === "") return;
  parseObjectKey(zoneId, prefix.endsWith("/") ? prefix.slice(0, -1) : prefix);
}

/** The SHA-256 (hex) that the last part of a content-named key promises, or null for keys that name no content. */
export function findPromisedHash(key: string): string | null {
  return CONTENT_NAME.exec(key.slice(key.lastIndexOf("/") + 1))?.[1] ?? null;
}

/** Entries of one page of a listing, at most; bounds a reply's memory. */
export const MAX_LIST_LIMIT = 1_000;
