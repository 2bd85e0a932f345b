import type { Metadata } from "next";
import { CompanyArchive } from "../../../../../../components/archive/archive-page.tsx";
import { CompanyPolicy } from "../../../../../../components/policies/company-policy.tsx";
import { openStaffPage, orNotFound } from "../../../../../../server/api/page-session.ts";
import type { PageInput } from "../../../../../page-input.ts";
import { readCompanyPolicy } from "../../../../company-policy.ts";

export const metadata: Metadata = { title: "Archive" };

export default async function CompanyArchivePage({ params }: PageInput<"companyId">) {
  const { api, viewer } = await openStaffPage();
  const { companyId } = await orNotFound(api.companies.get({ companyId: (await params).companyId }));
  const tiers = await api.archive.tiers({ companyId });
  const retention = await api.archive.retention({ subject: { level: "company", companyId } });
  const { holds } = await api.archive.holds({ companyId });
  return (
    <>
      <CompanyPolicy {...(await readCompanyPolicy(api, companyId, viewer))} />
      <CompanyArchive
        companyId={companyId}
        tiers={tiers}
        retention={retention}
        holds={holds}
        canEdit={viewer.role === "admin"}
      />
    </>
  );
}
