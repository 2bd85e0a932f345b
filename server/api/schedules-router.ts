import {
  companyScheduleInput,
  companyScheduleView,
  levelScheduleView,
  machineScheduleView,
  type ScheduleSubject,
  scheduleGetInput,
  schedulePutInput,
  scheduleStoredView,
} from "../../contracts/schedules.ts";
import { STAFF_ROLES, type Viewer } from "../../contracts/viewer.ts";
import { readCompanySchedules, readMachineSchedules } from "../domain/schedule/machine-schedules.ts";
import { putPolicySchedule, putProviderSchedule, putSchedule } from "../domain/schedule/put-schedule.ts";
import type { ApiDeps } from "./api-deps.ts";
import { ApiError } from "./api-error.ts";
import { found } from "./list-page.ts";
import { companyOf, router, staffProcedure, viewerProcedure } from "./procedures.ts";
import { toCompanyScheduleView, toLevelView, toMachineScheduleView } from "./schedule-view.ts";

export const schedulesRouter = router({
  get: viewerProcedure
    .input(scheduleGetInput)
    .output(machineScheduleView)
    .query(async ({ ctx: { deps, viewer }, input: { machineId } }) => {
      const { companyId } = found(await deps.store.findMachine(companyOf(viewer, undefined), machineId), "machine");
      const schedules = await readMachineSchedules(deps, companyId, machineId);
      const policy = await deps.store.findCompanyPolicy(companyId);
      return toMachineScheduleView(schedules, policy, await deps.store.getTime());
    }),
  getCompany: viewerProcedure
    .input(companyScheduleInput)
    .output(companyScheduleView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      companyOf(viewer, input.companyId);
      const { companyId } = found(await deps.store.findCompany(input.companyId), "company");
      const schedules = await readCompanySchedules(deps, companyId);
      const policy = await deps.store.findCompanyPolicy(companyId);
      return toCompanyScheduleView(schedules, policy, await deps.store.getTime());
    }),
  getProvider: staffProcedure(STAFF_ROLES)
    .output(levelScheduleView)
    .query(async ({ ctx: { deps } }) => {
      const schedules = await readCompanySchedules(deps, null);
      return toLevelView("provider", schedules.provider, await deps.store.getTime());
    }),
  put: viewerProcedure
    .input(schedulePutInput)
    .output(scheduleStoredView)
    .mutation(async ({ ctx: { deps, viewer }, input: { subject, settings } }) => {
      requirePlanner(viewer, subject);
      const byPersonId = viewer.personId;
      if (subject.level === "provider") await putProviderSchedule(deps, settings, byPersonId);
      else if (subject.level === "policy") {
        await putPolicySchedule(deps, { policyId: subject.policyId, settings, byPersonId });
        await deps.acknowledge(null);
      } else {
        const { companyId, subjectId } = await ownerOf(deps, viewer, subject);
        await putSchedule(deps, companyId, { level: subject.level, subjectId, settings, byPersonId });
      }
      return { level: subject.level };
    }),
});

/** Admins set what holds for many companies; below it operators, and owners in their own company. */
function requirePlanner({ kind, role }: Viewer, { level }: ScheduleSubject): void {
  const allowed =
    level === "provider" || level === "policy" ? ["admin"] : kind === "staff" ? ["admin", "operator"] : ["owner"];
  if (allowed.includes(role)) return;
  throw new ApiError("not_allowed", `Your role does not allow this. It needs one of: ${allowed.join(", ")}.`);
}

async function ownerOf(
  { store }: ApiDeps,
  viewer: Viewer,
  subject: Exclude<ScheduleSubject, { level: "provider" | "policy" }>,
): Promise<{ readonly companyId: string; readonly subjectId: string }> {
  if (subject.level === "company") {
    companyOf(viewer, subject.companyId);
    const { companyId } = found(await store.findCompany(subject.companyId), "company");
    return { companyId, subjectId: companyId };
  }
  const { companyId } = found(await store.findMachine(companyOf(viewer, undefined), subject.machineId), "machine");
  if (subject.level === "machine") return { companyId, subjectId: subject.machineId };
  const source = await store.findSource(companyId, subject.sourceId);
  return { companyId, subjectId: found(source?.machineId === subject.machineId ? source : null, "source").sourceId };
}
