import type { Metadata } from "next";
import { CollectorsCard } from "../../../../../../components/collectors/collectors-card.tsx";
import { ProposeCollector } from "../../../../../../components/collectors/propose-collector.tsx";
import { openStaffPage, orNotFound } from "../../../../../../server/api/page-session.ts";
import type { PageInput } from "../../../../../page-input.ts";

export const metadata: Metadata = { title: "Collectors" };

export default async function CompanyCollectorsPage({ params }: PageInput<"companyId">) {
  const { api, viewer } = await openStaffPage();
  const { companyId } = await orNotFound(api.companies.get({ companyId: (await params).companyId }));
  const { collectors, roots } = await api.collectors.list({ companyId });
  const canEdit = viewer.role !== "auditor";
  return (
    <>
      <CollectorsCard companyId={companyId} collectors={collectors} canEdit={canEdit} />
      {canEdit ? <ProposeCollector companyId={companyId} roots={roots} /> : null}
    </>
  );
}
