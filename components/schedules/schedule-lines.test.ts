import { expect, test } from "vitest";
import {
  companyIdSchema,
  machineIdSchema,
  personIdSchema,
  policyIdSchema,
  sourceIdSchema,
} from "../../contracts/ids.ts";
import type { LevelScheduleView } from "../../contracts/schedules.ts";
import type { Viewer } from "../../contracts/viewer.ts";
import { companyLines, machineLines, policyLines, providerLine } from "./schedule-lines.ts";

const ID = "01000000-0000-7000-8000-000000000000";
const companyId = companyIdSchema.parse(ID);
const machineId = machineIdSchema.parse(ID);
const personId = personIdSchema.parse(ID);

const level: LevelScheduleView = {
  own: { timing: null, jitterSeconds: null, catchUpMinutes: null, window: null, bandwidth: null, isPaused: false },
  effective: {
    ...{ timing: { cron: "0 0,12 * * *", timeZone: "UTC" }, timingFrom: "provider", jitterSeconds: 600 },
    ...{
      jitterFrom: "provider",
      catchUpMinutes: 1440,
      catchUpFrom: "provider",
      window: null,
      windowFrom: "provider",
      bandwidth: null,
      bandwidthFrom: "provider",
      pausedBy: null,
    },
  },
  nextDueAts: [],
};
const source = { sourceId: sourceIdSchema.parse(ID), kind: "files", ordinal: 1, schedule: level } as const;
const policy = { policyId: policyIdSchema.parse(ID), name: "Gold", schedule: level };
const ofMachine = { provider: level, policy: null, company: level, machine: level, sources: [source] };

const staff = (role: "admin" | "operator" | "auditor"): Viewer => ({ kind: "staff", personId, role, companyId: null });
const member = (role: "owner" | "viewer"): Viewer => ({ kind: "member", personId, role, companyId });
const shown = (lines: ReturnType<typeof machineLines>) =>
  lines.map(({ name, canEdit, href }) => `${name}${canEdit ? " (change)" : ""}${href === undefined ? "" : ` ${href}`}`);

test("a machine's page shows the whole chain, and changes its own part of it", () => {
  expect(shown(machineLines(ofMachine, { machineId, companyId }, staff("operator")))).toEqual([
    "Provider's default /schedule",
    `Whole company /companies/${companyId}/schedule`,
    "This machine (change)",
    "Files 1 (change)",
  ]);
  expect(shown(machineLines(ofMachine, { machineId, companyId }, member("owner")))).toEqual([
    "Provider's default",
    "Whole company /schedule",
    "This machine (change)",
    "Files 1 (change)",
  ]);
  for (const viewer of [staff("auditor"), member("viewer")]) {
    expect(machineLines(ofMachine, { machineId, companyId }, viewer).some(({ canEdit }) => canEdit)).toBe(false);
  }
});

test("a company's page changes the company, and the provider's the default, for admins alone", () => {
  const lines = (viewer: Viewer) =>
    shown(companyLines({ provider: level, policy: null, company: level }, { companyId, viewer }));
  expect(lines(member("owner"))).toEqual(["Provider's default", "Whole company (change)"]);
  expect(lines(staff("operator"))).toEqual(["Provider's default /schedule", "Whole company (change)"]);
  expect(providerLine(level, staff("operator")).canEdit).toBe(false);
  expect(providerLine(level, staff("admin")).canEdit).toBe(true);
});

test("a policy stands between the provider and the company, and is changed on its own page", () => {
  const names = (viewer: Viewer) =>
    shown(machineLines({ ...ofMachine, policy }, { machineId, companyId }, viewer)).slice(0, 3);
  const href = `/policies/${ID}`;
  expect(names(staff("admin"))[1]).toBe(`Policy Gold ${href}`);
  expect(names(member("owner"))[1]).toBe("Policy Gold");
  const [, ofCompany] = companyLines(
    { provider: level, policy, company: level },
    { companyId, viewer: staff("admin") },
  );
  expect(ofCompany).toMatchObject({ name: "Policy Gold", href, canEdit: false });
  const lines = policyLines({ ...policy, provider: level }, staff("admin"));
  expect(shown(lines)).toEqual(["Provider's default /schedule", "Policy Gold (change)"]);
  expect(policyLines({ ...policy, provider: level }, staff("operator")).some(({ canEdit }) => canEdit)).toBe(false);
});
