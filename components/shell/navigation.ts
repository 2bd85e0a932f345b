import type { Viewer } from "../../contracts/viewer.ts";
import type { IconName } from "../ui/icon.tsx";

export interface Place {
  readonly href: string;
  readonly word: string;
  readonly icon: IconName;
  /** A document of its own, outside of Next: the browser goes there, not the router. */
  readonly isDocument?: boolean;
}

/** Where a company's own people see names and restore. */
export const VAULT_PLACE: Place = { href: "/vault/", word: "Restore", icon: "restore", isDocument: true };

/** What a person should know. */
export const INCIDENTS_PLACE: Place = { href: "/incidents", word: "Incidents", icon: "incidents" };

/** Staff set what holds for everybody, owners what holds for their company. */
const SCHEDULE_PLACE: Place = { href: "/schedule", word: "Schedule", icon: "calendar" };

const STAFF_PLACES: readonly Place[] = [
  { href: "/overview", word: "Overview", icon: "overview" },
  { href: "/companies", word: "Companies", icon: "companies" },
  { href: "/runs", word: "Runs", icon: "runs" },
  { href: "/machines", word: "Machines", icon: "machines" },
  INCIDENTS_PLACE,
  SCHEDULE_PLACE,
  { href: "/policies", word: "Policies", icon: "policies" },
  { href: "/zones", word: "Zones", icon: "zones" },
  { href: "/archive", word: "Archive", icon: "lock" },
  { href: "/people", word: "People", icon: "people" },
];

const MEMBER_PLACES: readonly Place[] = [
  { href: "/home", word: "Am I safe?", icon: "home" },
  VAULT_PLACE,
  { href: "/machines", word: "Machines", icon: "machines" },
  { href: "/archive", word: "Archive", icon: "lock" },
  INCIDENTS_PLACE,
  SCHEDULE_PLACE,
];

/** Where this person can go. */
export function placesOf(viewer: Viewer): readonly Place[] {
  return viewer.kind === "staff" ? STAFF_PLACES : MEMBER_PLACES;
}

/** A place is lit on its own page and on every page below it. */
export function isAt(place: Place, pathname: string): boolean {
  return pathname === place.href || pathname.startsWith(`${place.href}/`);
}
