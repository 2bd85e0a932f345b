import type { CompanyView } from "../../contracts/companies.ts";
import { formatCount } from "../format/format-bytes.ts";
import { companyStatus } from "./company-status.ts";

/** "16 of 512 companies need you." `isAll` is false when the rows are one page of more. */
export function companiesHeadline(companies: readonly CompanyView[], isAll: boolean): string {
  if (companies.length === 0) return isAll ? "No company yet." : "No more companies.";
  const needy = companies.filter((company) => companyStatus(company).rank <= 2);
  const count = formatCount(companies.length);
  const among = isAll ? "" : " on this page";
  if (needy.length === 0) {
    return companies.length === 1 && isAll
      ? `${companies[0]?.name} is protected.`
      : `All ${count} companies${among} are protected.`;
  }
  if (companies.length === 1 && isAll) return `${companies[0]?.name} needs you.`;
  return `${formatCount(needy.length)} of ${count} companies${among} ${needy.length === 1 ? "needs" : "need"} you.`;
}
