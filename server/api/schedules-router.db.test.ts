import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { companyIdSchema, machineIdSchema, sourceIdSchema } from "../../contracts/ids.ts";
import {
  BANDWIDTH_MIN_BYTES_PER_SECOND,
  type ScheduleSettings,
  type ScheduleSubject,
} from "../../contracts/schedules.ts";
import { memberViewerSchema, staffViewerSchema } from "../../contracts/viewer.ts";
import { NOTHING_SET } from "../domain/schedule/effective-schedule.ts";
import type { Caller } from "./context.ts";
import { appRouter } from "./router.ts";
import { type ApiWorld, openApiWorld } from "./testing/api-world.ts";
import { createKeyedCompany, type KeyedCompany } from "./testing/keyed-company.ts";

const HOURLY = { cron: "0 * * * *", timeZone: "Europe/Berlin" };
const NIGHTLY = { cron: "0 2 * * *", timeZone: "Australia/Lord_Howe" };

let world: ApiWorld;
let company: KeyedCompany;

beforeAll(async () => {
  world = await openApiWorld();
  const first = { personId: randomUUID(), email: "first@x.test", passwordHash: "of no password" };
  await world.deps.store.createFirstStaff({ providerName: "Harbour IT", ...first });
  company = await createKeyedCompany(world.deps);
});
afterAll(() => world.close());

function apiOf(caller: Caller) {
  const authenticate = async () => caller;
  return appRouter.createCaller({
    deps: world.deps,
    headers: new Headers({ "x-holdfast-protocol": "1" }),
    clientAddress: randomUUID(),
    authenticate,
    authenticateAgain: authenticate,
  });
}

function staff(role: "admin" | "operator" | "auditor") {
  const viewer = staffViewerSchema.parse({ kind: "staff", personId: randomUUID(), role, companyId: null });
  return apiOf({ kind: "staff", viewer, email: "s@x.test" });
}

function member(role: "owner" | "restorer" | "viewer") {
  const { personId, companyId } = company;
  const viewer = memberViewerSchema.parse({ kind: "member", personId, role, companyId });
  return apiOf({ kind: "member", viewer, email: "m@x.test" });
}

function settingsOf(change: Partial<ScheduleSettings>): ScheduleSettings {
  return {
    ...NOTHING_SET,
    ...change,
  };
}

const machineId = () => machineIdSchema.parse(company.machineId);
const sourceId = () => sourceIdSchema.parse(company.sourceId);
const ofMachine = (): ScheduleSubject => ({ level: "machine", machineId: machineId() });
const ofSource = (): ScheduleSubject => ({ level: "source", machineId: machineId(), sourceId: sourceId() });

test("each value comes from the narrowest level that sets it, and the view says from which", async () => {
  await staff("admin").schedules.put({ subject: { level: "provider" }, settings: settingsOf({ timing: NIGHTLY }) });
  await staff("operator").schedules.put({ subject: ofMachine(), settings: settingsOf({ timing: HOURLY }) });
  await member("owner").schedules.put({ subject: ofSource(), settings: settingsOf({ jitterSeconds: 3 }) });

  const seen = await member("viewer").schedules.get({ machineId: machineId() });
  expect(seen.provider.effective).toMatchObject({ timing: NIGHTLY, timingFrom: "provider", jitterFrom: "provider" });
  expect(seen.company.effective).toMatchObject({ timing: NIGHTLY, timingFrom: "provider" });
  expect(seen.machine.effective).toMatchObject({ timing: HOURLY, timingFrom: "machine" });
  const [source] = seen.sources;
  expect(source?.schedule.own).toEqual(settingsOf({ jitterSeconds: 3 }));
  expect(source?.schedule.effective).toMatchObject({ timingFrom: "machine", jitterSeconds: 3, jitterFrom: "source" });
  expect(source?.schedule.nextDueAts).toHaveLength(5);
  for (const due of source?.schedule.nextDueAts ?? []) expect(due.toISOString()).toMatch(/:00:00\.000Z$/);
});

test("a company sees what it sets and what comes from the provider, before it has a machine as well", async () => {
  const companyId = companyIdSchema.parse(company.companyId);
  const settings = settingsOf({ timing: HOURLY, catchUpMinutes: 30 });
  await member("owner").schedules.put({ subject: { level: "company", companyId }, settings });
  const seen = await member("viewer").schedules.getCompany({ companyId });
  expect(seen.company).toMatchObject({
    own: settings,
    effective: { timing: HOURLY, timingFrom: "company", catchUpMinutes: 30, jitterFrom: "provider" },
  });
  expect(seen.company.nextDueAts).toHaveLength(5);
  expect(seen.provider).toMatchObject({ own: { timing: NIGHTLY }, effective: { timing: NIGHTLY } });
  expect(await staff("auditor").schedules.getProvider()).toEqual(seen.provider);
  expect(await staff("auditor").schedules.getCompany({ companyId })).toEqual(seen);
  await member("owner").schedules.put({ subject: { level: "company", companyId }, settings: settingsOf({}) });
});

test("a bandwidth limit is the provider's default or a company's, and a machine has none of its own", async () => {
  const companyId = companyIdSchema.parse(company.companyId);
  const bandwidth = { rules: [{ hours: Array(7).fill(255), bytesPerSecond: BANDWIDTH_MIN_BYTES_PER_SECOND }] };
  const subject = { level: "company", companyId } as const;
  await member("owner").schedules.put({ subject, settings: settingsOf({ bandwidth }) });
  const seen = await member("viewer").schedules.get({ machineId: machineId() });
  expect(seen.provider.effective).toMatchObject({ bandwidth: null, bandwidthFrom: "provider" });
  for (const { effective } of [seen.company, seen.machine]) {
    expect(effective).toMatchObject({ bandwidth, bandwidthFrom: "company" });
  }
  for (const narrower of [ofMachine(), ofSource()]) {
    const attempt = member("owner").schedules.put({ subject: narrower, settings: settingsOf({ bandwidth }) });
    await expect(attempt).rejects.toMatchObject({
      code: "BAD_REQUEST",
      message: expect.stringContaining("whole company"),
    });
  }
  const tooLow = { rules: [{ hours: Array(7).fill(255), bytesPerSecond: BANDWIDTH_MIN_BYTES_PER_SECOND - 1 }] };
  const attempt = member("owner").schedules.put({ subject, settings: settingsOf({ bandwidth: tooLow }) });
  await expect(attempt).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await member("owner").schedules.put({ subject, settings: settingsOf({}) });
});

test("what is paused is due at no time, and says who paused it", async () => {
  await member("owner").schedules.put({ subject: ofMachine(), settings: settingsOf({ isPaused: true }) });
  const seen = await staff("auditor").schedules.get({ machineId: machineId() });
  expect(seen.sources[0]?.schedule.effective.pausedBy).toBe("machine");
  expect(seen.sources[0]?.schedule.nextDueAts).toEqual([]);
  expect(seen.company.nextDueAts).toHaveLength(5);
});

test("what holds for many companies is changed by admins alone, whoever else asks", async () => {
  const { policyId } = await staff("admin").policies.create({ name: `Gold ${randomUUID()}` });
  const subject = { level: "policy", policyId } as const;
  const settings = settingsOf({ timing: HOURLY });
  const retention = { freezeAfterDays: 3, dailyDays: null, weeklyWeeks: null, monthlyMonths: null, yearlyYears: null };
  await staff("admin").schedules.put({ subject, settings });
  await staff("admin").archive.putRetention({ subject, settings: retention });
  await staff("admin").policies.assign({ companyId: companyIdSchema.parse(company.companyId), policyId });
  const before = await staff("auditor").policies.get({ policyId });
  const others = [staff("operator"), staff("auditor"), member("owner"), member("restorer"), member("viewer")];
  for (const api of others) {
    const refused = { code: "FORBIDDEN" };
    await expect(api.schedules.put({ subject, settings: settingsOf({}) })).rejects.toMatchObject(refused);
    const nothing = { ...retention, freezeAfterDays: null };
    await expect(api.archive.putRetention({ subject, settings: nothing })).rejects.toMatchObject(refused);
    const provider = { level: "provider" } as const;
    await expect(api.archive.putRetention({ subject: provider, settings: nothing })).rejects.toMatchObject(refused);
  }
  expect(await staff("auditor").policies.get({ policyId })).toEqual({ ...before, schedule: expect.anything() });
  expect((await staff("auditor").policies.get({ policyId })).schedule.own).toEqual(before.schedule.own);
  await staff("admin").policies.assign({ companyId: companyIdSchema.parse(company.companyId), policyId: null });
});

test("who only looks changes nothing, and the provider's default belongs to admins", async () => {
  const refused = { code: "FORBIDDEN" };
  const settings = settingsOf({});
  for (const api of [staff("auditor"), member("restorer"), member("viewer")]) {
    await expect(api.schedules.put({ subject: ofMachine(), settings })).rejects.toMatchObject(refused);
  }
  for (const api of [staff("operator"), member("owner")]) {
    const attempt = api.schedules.put({ subject: { level: "provider" }, settings });
    await expect(attempt).rejects.toMatchObject(refused);
  }
});

test("a source is found on its own machine alone", async () => {
  const other = await createKeyedCompany(world.deps);
  const subject = { level: "source", machineId: machineId(), sourceId: sourceIdSchema.parse(other.sourceId) } as const;
  const attempt = staff("admin").schedules.put({ subject, settings: settingsOf({}) });
  await expect(attempt).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a timing that means nothing is refused with what is wrong", async () => {
  const timing = { cron: "0 0 30 2 *", timeZone: "UTC" };
  const attempt = staff("admin").schedules.put({ subject: ofMachine(), settings: settingsOf({ timing }) });
  await expect(attempt).rejects.toMatchObject({ code: "BAD_REQUEST", message: "this day never comes" });
});

test("a change leaves an audit entry and an outbox row", async () => {
  const client = new Client({ connectionString: world.ownerUrl });
  await client.connect();
  try {
    await client.query(`set holdfast.company = '${company.companyId}'`);
    await staff("operator").schedules.put({ subject: ofSource(), settings: settingsOf({ timing: NIGHTLY }) });
    for (const [table, kind, details] of [
      ["audit", "action", "details"],
      ["outbox", "kind", "payload"],
    ]) {
      const answer = await client.query(
        `select ${details} as details from ${table} where ${kind} = 'schedule_changed' order by at desc limit 1`,
      );
      expect(answer.rows[0]?.details).toMatchObject({ level: "source", subjectId: company.sourceId, ...NIGHTLY });
    }
  } finally {
    await client.end();
  }
});
