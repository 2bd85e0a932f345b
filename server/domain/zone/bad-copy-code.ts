import { ZoneError } from "../../../engine/ports/zone-error.ts";

/** What an error of a zone says about the copy that was asked for; null when it says something about the zone alone. */
export function badCopyCodeOf(error: unknown): string | null {
  if (!(error instanceof ZoneError)) return null;
  return error.code === "damaged" || error.code === "not_found" ? error.code : null;
}
