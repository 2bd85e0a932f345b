import type { Viewer } from "../../contracts/viewer.ts";

/** Retention and holds: owners, and admins of the provider. */
export function canKeep({ kind, role }: Viewer): boolean {
  return role === (kind === "staff" ? "admin" : "owner");
}
