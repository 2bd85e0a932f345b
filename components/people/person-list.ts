import type { FilterChoice } from "../tables/filter-chips.tsx";
import { BY_COMPANY } from "../tables/sort-words.ts";

/** How a list of people can be asked for. */
export const PERSON_LIST = {
  sorts: ["email", "role", "company", "created"],
  filterName: "kind",
  filters: ["staff", "member"],
} as const;

export const PERSON_SORT_WORDS = {
  email: ["by address, A to Z", "by address, Z to A"],
  role: ["by role, A to Z", "by role, Z to A"],
  company: BY_COMPANY,
  created: ["oldest first", "newest first"],
} as const;

export const KIND_CHOICES: readonly FilterChoice[] = [
  { value: "staff", word: "Staff" },
  { value: "member", word: "Members" },
];
