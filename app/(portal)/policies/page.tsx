import type { Metadata } from "next";
import { CreatePolicy } from "../../../components/policies/create-policy.tsx";
import { PoliciesCard } from "../../../components/policies/policies-card.tsx";
import { policiesHeadline } from "../../../components/policies/policies-headline.ts";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { openStaffPage } from "../../../server/api/page-session.ts";

export const metadata: Metadata = { title: "Policies" };

export default async function PoliciesPage() {
  const { api, viewer } = await openStaffPage();
  const page = await api.policies.list();
  return (
    <>
      <PageHead
        headline={policiesHeadline(page)}
        proof="A policy stands between the provider's default and a company: it sets schedule, bandwidth and retention for all companies that have it."
      />
      <PoliciesCard policies={page.policies} />
      {viewer.role === "admin" ? <CreatePolicy /> : null}
    </>
  );
}
