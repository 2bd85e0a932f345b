import { ZoneError } from "../../engine/ports/zone-error.ts";

/** Locks count whole seconds, and are rounded up: neither S3 nor every file system keeps more. */
export function wholeSecond(until: Date): Date {
  return new Date(Math.ceil(until.getTime() / 1_000) * 1_000);
}

export function lockedError(zoneId: string, key: string, until: Date): ZoneError {
  return new ZoneError("locked", zoneId, `${key} is locked until ${until.toISOString()}`);
}
