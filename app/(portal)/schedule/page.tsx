import type { Metadata } from "next";
import { CompanyPolicy } from "../../../components/policies/company-policy.tsx";
import { ScheduleCard } from "../../../components/schedules/schedule-card.tsx";
import { scheduleHeadline } from "../../../components/schedules/schedule-headline.ts";
import { canPlan, companyLines, providerLine, scheduleNote } from "../../../components/schedules/schedule-lines.ts";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { openViewerPage } from "../../../server/api/page-session.ts";
import { readCompanyPolicy } from "../company-policy.ts";

export const metadata: Metadata = { title: "Schedule" };

/** Staff see the provider's default, members what holds for their company. */
export default async function SchedulePage() {
  const { api, viewer } = await openViewerPage();
  if (viewer.kind === "staff") {
    const schedule = await api.schedules.getProvider();
    const line = providerLine(schedule, viewer);
    return (
      <>
        <PageHead
          headline={scheduleHeadline(schedule, "Every company")}
          proof="This holds wherever a policy, a company, a machine or a source does not say otherwise; their own pages show what they say."
        />
        <ScheduleCard lines={[line]} note={line.canEdit ? "for every company" : "admins change it"} />
      </>
    );
  }
  const schedule = await api.schedules.getCompany({ companyId: viewer.companyId });
  return (
    <>
      <PageHead
        headline={scheduleHeadline(schedule.company, "Every machine")}
        proof="This holds for every machine and source that does not say otherwise; the page of each machine shows what it says."
      />
      <CompanyPolicy {...(await readCompanyPolicy(api, viewer.companyId, viewer))} />
      <ScheduleCard
        lines={companyLines(schedule, { companyId: viewer.companyId, viewer })}
        note={scheduleNote(canPlan(viewer))}
      />
    </>
  );
}
