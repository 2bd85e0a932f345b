import { INCIDENT_KINDS, INCIDENT_STATES, type IncidentKind } from "../../contracts/incidents.ts";
import { INCIDENT_STATUS } from "../status/status.ts";
import type { FilterChoice } from "../tables/filter-chips.tsx";
import { BY_COMPANY } from "../tables/sort-words.ts";
import { INCIDENT_KIND_WORDS } from "./incident-words.ts";

/** How the list of incidents can be asked for. */
export const INCIDENT_LIST = {
  sorts: ["need", "opened", "company"],
  filterName: "show",
  filters: [...INCIDENT_STATES, ...INCIDENT_KINDS],
} as const;

export const INCIDENT_SORT_WORDS = {
  need: ["open ones first", "closed ones first"],
  opened: ["newest first", "oldest first"],
  company: BY_COMPANY,
} as const;

const STATE_CHOICES: readonly FilterChoice[] = INCIDENT_STATES.map((value) => ({
  value,
  word: INCIDENT_STATUS[value].word,
  status: INCIDENT_STATUS[value],
}));

/** Zones are the provider's: a member never has an incident of one. */
const OF_PROVIDER: readonly IncidentKind[] = ["zone_away", "zone_behind"];

/** What somebody can filter by. */
export function incidentFilters(audience: "staff" | "member") {
  const kinds = INCIDENT_KINDS.filter((kind) => audience === "staff" || !OF_PROVIDER.includes(kind));
  const choices: readonly FilterChoice[] = kinds.map((value) => ({ value, word: INCIDENT_KIND_WORDS[value] }));
  return [
    { title: "State", choices: STATE_CHOICES },
    { title: "Kind", choices },
  ];
}

/** The filters of the address, as the API is asked. */
export function incidentFiltersOf(filters: readonly (typeof INCIDENT_LIST.filters)[number][]) {
  return {
    states: INCIDENT_STATES.filter((state) => filters.includes(state)),
    kinds: INCIDENT_KINDS.filter((kind) => filters.includes(kind)),
  };
}
