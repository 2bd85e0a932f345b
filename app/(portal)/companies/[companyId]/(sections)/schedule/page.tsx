import type { Metadata } from "next";
import { CompanyPolicy } from "../../../../../../components/policies/company-policy.tsx";
import { ScheduleCard } from "../../../../../../components/schedules/schedule-card.tsx";
import { canPlan, companyLines, scheduleNote } from "../../../../../../components/schedules/schedule-lines.ts";
import { openStaffPage, orNotFound } from "../../../../../../server/api/page-session.ts";
import type { PageInput } from "../../../../../page-input.ts";
import { readCompanyPolicy } from "../../../../company-policy.ts";

export const metadata: Metadata = { title: "Schedule of a company" };

export default async function CompanySchedulePage({ params }: PageInput<"companyId">) {
  const { api, viewer } = await openStaffPage();
  const { companyId } = await params;
  const company = await orNotFound(api.companies.get({ companyId }));
  const schedule = await api.schedules.getCompany({ companyId: company.companyId });
  return (
    <>
      <CompanyPolicy {...(await readCompanyPolicy(api, company.companyId, viewer))} />
      <ScheduleCard
        lines={companyLines(schedule, { companyId: company.companyId, viewer })}
        note={scheduleNote(canPlan(viewer))}
      />
    </>
  );
}
