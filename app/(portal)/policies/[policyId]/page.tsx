import type { Metadata } from "next";
import { RetentionRow } from "../../../../components/archive/retention-row.tsx";
import { ChangePolicy } from "../../../../components/policies/change-policy.tsx";
import { PolicyCompanies } from "../../../../components/policies/policy-companies.tsx";
import { ScheduleCard } from "../../../../components/schedules/schedule-card.tsx";
import { scheduleHeadline } from "../../../../components/schedules/schedule-headline.ts";
import { policyLines } from "../../../../components/schedules/schedule-lines.ts";
import { Breadcrumb } from "../../../../components/ui/breadcrumb.tsx";
import { Card } from "../../../../components/ui/card.tsx";
import { PageHead } from "../../../../components/ui/page-head.tsx";
import { openStaffPage, orNotFound } from "../../../../server/api/page-session.ts";
import type { PageInput } from "../../../page-input.ts";

export const metadata: Metadata = { title: "Policy" };

export default async function PolicyPage({ params }: PageInput<"policyId">) {
  const { api, viewer } = await openStaffPage();
  const policy = await orNotFound(api.policies.get({ policyId: (await params).policyId }));
  const { policyId, name, schedule, retention, companies } = policy;
  const canEdit = viewer.role === "admin";
  return (
    <>
      <Breadcrumb path={[{ href: "/policies", word: "Policies" }]} here={name} />
      <PageHead
        headline={scheduleHeadline(schedule, `Every company with the policy ${name}`)}
        proof="This holds where a company, a machine or a source does not say otherwise; a pause holds for all. What is frozen already stays as long as it was promised."
      />
      <ScheduleCard
        lines={policyLines(policy, viewer)}
        note={canEdit ? "what the policy leaves open comes from the provider's default" : "admins change it"}
      />
      <Card title="Retention" note={canEdit ? "what it leaves open comes from the provider" : "admins change it"}>
        <ul>
          <RetentionRow
            name={`Policy ${name}`}
            subject={{ level: "policy", policyId }}
            retention={retention}
            canEdit={canEdit}
          />
        </ul>
      </Card>
      <PolicyCompanies companies={companies} />
      {canEdit ? <ChangePolicy key={name} policy={policy} /> : null}
    </>
  );
}
