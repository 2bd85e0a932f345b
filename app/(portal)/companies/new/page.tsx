import type { Metadata } from "next";
import { CreateCompanyForm } from "../../../../components/companies/create-company-form.tsx";
import { Breadcrumb } from "../../../../components/ui/breadcrumb.tsx";
import { NothingHere } from "../../../../components/ui/nothing-here.tsx";
import { PageHead } from "../../../../components/ui/page-head.tsx";
import { openStaffPage } from "../../../../server/api/page-session.ts";

export const metadata: Metadata = { title: "Create company" };

export default async function CreateCompanyPage() {
  const { viewer } = await openStaffPage();
  if (viewer.role === "auditor") return <NothingHere />;
  return (
    <>
      <Breadcrumb path={[{ href: "/companies", word: "Companies" }]} here="Create company" />
      <PageHead
        headline="Create a company."
        proof="You get a link for its owner. The keys are made in the owner's browser; you never have them."
      />
      <CreateCompanyForm />
    </>
  );
}
