import type { CompanyId } from "../../contracts/ids.ts";
import type { PolicyNameView } from "../../contracts/policies.ts";
import type { Viewer } from "../../contracts/viewer.ts";
import type { PageApi } from "../../server/api/page-caller.ts";

interface CompanyPolicyChoice {
  readonly companyId: CompanyId;
  readonly policy: PolicyNameView | null;
  readonly choices: readonly PolicyNameView[] | null;
  readonly isStaff: boolean;
}

/** The policy that a company has, and for admins the others that it could have. */
export async function readCompanyPolicy(
  api: PageApi,
  companyId: CompanyId,
  { kind, role }: Viewer,
): Promise<CompanyPolicyChoice> {
  const { policy } = await api.policies.ofCompany({ companyId });
  const choices = kind === "staff" && role === "admin" ? (await api.policies.list()).policies : null;
  return { companyId, policy, choices, isStaff: kind === "staff" };
}
