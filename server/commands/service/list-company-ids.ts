import type { Store } from "../../domain/store/store.ts";
import { ServiceError } from "./service-error.ts";

const PAGE = 500;

/** The company that is wanted, or all by name. @throws ServiceError `company_unknown` */
export async function listCompanyIds(
  store: Pick<Store, "findCompany" | "listCompanies">,
  wanted: string | undefined,
): Promise<string[]> {
  if (wanted !== undefined) {
    if ((await store.findCompany(wanted)) === null)
      throw new ServiceError("company_unknown", `there is no company ${wanted}`);
    return [wanted];
  }
  const ids: string[] = [];
  for (let after: { readonly value: string | number; readonly id: string } | null = null; ; ) {
    const order = { sort: "name", isDescending: false, states: [], limit: PAGE } as const;
    const page = await store.listCompanies(after ? { ...order, after } : order);
    ids.push(...page.map(({ companyId }) => companyId));
    after = page.at(-1)?.position ?? null;
    if (page.length < PAGE || after === null) return ids;
  }
}
