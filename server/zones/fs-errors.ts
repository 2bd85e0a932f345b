import { ZoneError, type ZoneErrorCode } from "../../engine/ports/zone-error.ts";

/** What the operating system says, in the words of the port. What is not listed counts as a zone that is away for a while. */
const CODES: Readonly<Record<string, ZoneErrorCode>> = {
  ENOENT: "not_found",
  ENOTDIR: "not_found",
  EEXIST: "exists",
  ENOSPC: "full",
  EDQUOT: "full",
  EFBIG: "full",
  EROFS: "read_only",
  EACCES: "read_only",
  EPERM: "read_only",
  ELOOP: "damaged",
  EISDIR: "damaged",
  EBADMSG: "damaged",
  EUCLEAN: "damaged",
};

/** The system's error code, or null when `error` did not come from a system call. */
export function systemCodeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** Turns a failed system call into a ZoneError; leaves a ZoneError and errors of no system call as they are. */
export function toZoneError(zoneId: string, action: string, error: unknown): unknown {
  if (error instanceof ZoneError) return error;
  const systemCode = systemCodeOf(error);
  if (systemCode === null || !/^E[A-Z0-9]+$/.test(systemCode)) return error;
  const code = CODES[systemCode] ?? "unreachable";
  return new ZoneError(code, zoneId, `${action}: ${systemCode}`, { cause: error });
}

/** As above while reading: a sector that cannot be read is a bad copy (another zone may have a good one), not a lost zone. */
export function toReadError(zoneId: string, action: string, error: unknown): unknown {
  if (systemCodeOf(error) === "EIO") return new ZoneError("damaged", zoneId, `${action}: EIO`, { cause: error });
  if (systemCodeOf(error) === "EACCES") {
    return new ZoneError("unreachable", zoneId, `${action}: EACCES, check the folder's permissions`, { cause: error });
  }
  return toZoneError(zoneId, action, error);
}
