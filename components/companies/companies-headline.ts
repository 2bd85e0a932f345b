import type { CompanyState, CompanyView } from "../../contracts/companies.ts";
import { formatCount } from "../format/format-bytes.ts";

/** How many companies are in which state, and the one that needs somebody first. */
export interface CompaniesAnswer {
  readonly counts: Readonly<Record<CompanyState, number>>;
  readonly first: CompanyView | undefined;
}

/** "16 of 512 companies need you." */
export function companiesHeadline({ counts, first }: CompaniesAnswer): string {
  const needy = counts.failed + counts.gaps + counts.never;
  const total = needy + counts.running + counts.protected;
  if (total === 0 || first === undefined) return "No company yet.";
  if (total === 1) return needy === 0 ? `${first.name} is protected.` : `${first.name} needs you.`;
  if (needy === 0) return `All ${formatCount(total)} companies are protected.`;
  return `${formatCount(needy)} of ${formatCount(total)} companies ${needy === 1 ? "needs" : "need"} you.`;
}
