import type { CompanyId } from "../../contracts/ids.ts";
import type { MachineView } from "../../contracts/machines.ts";
import type { PolicyView } from "../../contracts/policies.ts";
import type {
  CompanyScheduleView,
  LevelScheduleView,
  MachineScheduleView,
  ScheduleSubject,
} from "../../contracts/schedules.ts";
import type { Viewer } from "../../contracts/viewer.ts";
import { sourceLabel } from "../machines/source-label.ts";

/** One level as the card shows it. */
export interface ScheduleLine {
  readonly name: string;
  readonly subject: ScheduleSubject;
  readonly schedule: LevelScheduleView;
  readonly canEdit: boolean;
  /** Where a level above is changed; absent for the level that the page is about. */
  readonly href?: string;
}

/** Staff but auditors, and owners in their own company. */
export function canPlan({ kind, role }: Viewer): boolean {
  return kind === "staff" ? role !== "auditor" : role === "owner";
}

/** Beside the title: what the rows mean, or who may change them. */
export function scheduleNote(canEdit: boolean): string {
  return canEdit ? "what a row leaves open comes from the row above" : "owners and the provider's operators change it";
}

export function providerLine(schedule: LevelScheduleView, viewer: Viewer): ScheduleLine {
  const canEdit = viewer.kind === "staff" && viewer.role === "admin";
  return { name: "Provider's default", subject: { level: "provider" }, schedule, canEdit };
}

/** The provider's default above, and the policy, which admins change. */
export function policyLines(
  { provider, ...policy }: Pick<PolicyView, "provider" | "policyId" | "name" | "schedule">,
  viewer: Viewer,
): readonly ScheduleLine[] {
  return [aboveProvider(provider, viewer), { ...policyLine(policy), canEdit: providerLine(provider, viewer).canEdit }];
}

/** What stands above a company, and the company. */
export function companyLines(
  { provider, policy, company }: CompanyScheduleView,
  { companyId, viewer }: { readonly companyId: CompanyId; readonly viewer: Viewer },
): readonly ScheduleLine[] {
  return [
    ...above({ provider, policy }, viewer),
    { name: "Whole company", subject: { level: "company", companyId }, schedule: company, canEdit: canPlan(viewer) },
  ];
}

/** What stands above a machine, itself, and its sources. */
export function machineLines(
  { provider, policy, company, machine, sources }: MachineScheduleView,
  { machineId, companyId }: Pick<MachineView, "machineId" | "companyId">,
  viewer: Viewer,
): readonly ScheduleLine[] {
  const canEdit = canPlan(viewer);
  const href = viewer.kind === "staff" ? `/companies/${companyId}/schedule` : "/schedule";
  return [
    ...above({ provider, policy }, viewer),
    { name: "Whole company", subject: { level: "company", companyId }, schedule: company, canEdit: false, href },
    { name: "This machine", subject: { level: "machine", machineId }, schedule: machine, canEdit },
    ...sources.map(
      ({ sourceId, kind, ordinal, schedule }): ScheduleLine => ({
        name: sourceLabel({ sourceKind: kind, sourceOrdinal: ordinal }),
        subject: { level: "source", machineId, sourceId },
        schedule,
        canEdit,
      }),
    ),
  ];
}

function above({ provider, policy }: Pick<CompanyScheduleView, "provider" | "policy">, viewer: Viewer): ScheduleLine[] {
  const first = aboveProvider(provider, viewer);
  if (policy === null) return [first];
  const line = policyLine(policy);
  return [first, viewer.kind === "staff" ? { ...line, href: `/policies/${policy.policyId}` } : line];
}

function policyLine({ policyId, name, schedule }: NonNullable<CompanyScheduleView["policy"]>): ScheduleLine {
  return { name: `Policy ${name}`, subject: { level: "policy", policyId }, schedule, canEdit: false };
}

/** Members see what the provider set, and have no page to change it on. */
function aboveProvider(schedule: LevelScheduleView, viewer: Viewer): ScheduleLine {
  const line = { ...providerLine(schedule, viewer), canEdit: false };
  return viewer.kind === "staff" ? { ...line, href: "/schedule" } : line;
}
