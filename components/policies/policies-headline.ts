import type { PoliciesView } from "../../contracts/policies.ts";
import { formatCount } from "../format/format-bytes.ts";

/** "2 policies hold for 14 companies." */
export function policiesHeadline({ policies }: PoliciesView): string {
  if (policies.length === 0) return "There is no policy yet.";
  const companies = policies.reduce((sum, policy) => sum + policy.companies, 0);
  const [many, verb] = policies.length === 1 ? ["policy", "holds"] : ["policies", "hold"];
  const whom = companies === 0 ? "no company yet" : `${formatCount(companies)} ${companyWord(companies)}`;
  return `${formatCount(policies.length)} ${many} ${verb} for ${whom}.`;
}

export function companyWord(count: number): string {
  return count === 1 ? "company" : "companies";
}
