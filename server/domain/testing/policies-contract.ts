import { beforeAll, describe, expect, test } from "vitest";
import { NOTHING_SET as NO_RETENTION } from "../retention/effective-retention.ts";
import { NOTHING_SET as NO_SCHEDULE } from "../schedule/effective-schedule.ts";
import type { Store } from "../store/store.ts";
import { createScene, newUuid, type Scene } from "./store-scene.ts";

const HOURLY = { cron: "0 * * * *", timeZone: "Europe/Berlin" };
const NIGHTLY = { cron: "0 2 * * *", timeZone: "UTC" };
const BANDWIDTH = { rules: [{ hours: Array(7).fill(255), bytesPerSecond: 125_000 }] };
const WINDOW = { hours: [0, 0, 0, 0, 0, 1, 255], endsRuns: true };

export function describePolicies(getStore: () => Store): void {
  const byPersonId = newUuid();
  const create = async (name = `Gold ${newUuid()}`) => {
    const policyId = newUuid();
    expect(await getStore().createPolicy({ policyId, name, byPersonId })).toBe("created");
    return { policyId, name };
  };
  const policyLayerOf = async ({ companyId }: Scene) =>
    (await getStore().listSchedules(companyId, null)).find(({ level }) => level === "policy");
  const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

  describe("policies", () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await createScene(getStore());
    });

    test("one has a name that no other has, in upper or lower case, and sets nothing at first", async () => {
      const store = getStore();
      const { policyId, name } = await create();
      expect(await store.createPolicy({ policyId, name, byPersonId })).toBe("created");
      expect(await store.createPolicy({ policyId: newUuid(), name: name.toUpperCase(), byPersonId })).toBe(
        "name_taken",
      );
      expect(await store.findPolicy(policyId)).toEqual({
        policyId,
        name,
        schedule: { level: "policy", subjectId: policyId, settings: NO_SCHEDULE, timedAt: expect.any(Date) },
        retention: { level: "policy", settings: NO_RETENTION },
      });
      const other = await create();
      expect(await store.renamePolicy({ ...other, name: name.toLowerCase(), byPersonId })).toBe("name_taken");
      expect(await store.renamePolicy({ policyId, name: name.toUpperCase(), byPersonId })).toBe("renamed");
      expect(await store.renamePolicy({ policyId: newUuid(), name: "x", byPersonId })).toBe("not_found");
      const listed = (await store.listPolicies()).filter((each) => [policyId, other.policyId].includes(each.policyId));
      expect(listed).toHaveLength(2);
      expect(listed).toContainEqual({ policyId, name: name.toUpperCase(), companies: 0 });
      const names = (await store.listPolicies()).map((each) => each.name.toLowerCase());
      expect(names).toEqual(names.toSorted());
    });

    test("what it sets holds for its company, above what the company sets itself, and for no other", async () => {
      const store = getStore();
      const { policyId, name } = await create();
      const { companyId, machineId } = scene;
      const strange = await createScene(store);
      const settings = { ...NO_SCHEDULE, timing: HOURLY, jitterSeconds: 5, bandwidth: BANDWIDTH, window: WINDOW };
      expect(await store.putPolicySchedule({ policyId, settings, byPersonId })).toBe("stored");
      const kept = { ...NO_RETENTION, freezeAfterDays: 3, yearlyYears: 0 };
      expect(await store.putPolicyRetention({ policyId, settings: kept, byPersonId })).toBe("stored");
      expect(await store.findPolicy(policyId)).toMatchObject({ schedule: { settings }, retention: { settings: kept } });
      expect(await store.findCompanyPolicy(companyId)).toBeNull();
      expect(await store.assignPolicy(companyId, { policyId, byPersonId })).toBe("assigned");
      expect(await store.findCompanyPolicy(companyId)).toEqual({ policyId, name });
      const own = { ...NO_SCHEDULE, isPaused: true };
      await store.putSchedule(companyId, { level: "company", subjectId: companyId, settings: own, byPersonId });
      await store.putSchedule(companyId, { level: "machine", subjectId: machineId, settings: own, byPersonId });
      const rows = await store.listSchedules(companyId, machineId);
      expect(rows.map(({ timedAt: _, ...row }) => row)).toEqual([
        { level: "policy", subjectId: policyId, settings },
        { level: "company", subjectId: companyId, settings: own },
        { level: "machine", subjectId: machineId, settings: own },
      ]);
      const ownRetention = { ...NO_RETENTION, dailyDays: 9 };
      await store.putRetention(companyId, {
        level: "company",
        subjectId: companyId,
        settings: ownRetention,
        byPersonId,
      });
      const layers = (await store.listRetention(companyId, { machineId })).filter(({ level }) => level !== "provider");
      expect(layers).toEqual([
        { level: "policy", settings: kept },
        { level: "company", settings: ownRetention },
      ]);
      expect((await store.listPolicies()).find((each) => each.policyId === policyId)?.companies).toBe(1);
      expect((await store.listPolicyCompanies(policyId)).map((company) => company.companyId)).toEqual([companyId]);
      expect(await policyLayerOf(strange)).toBeUndefined();
      const strangeLayers = await store.listRetention(strange.companyId, {});
      expect(strangeLayers.filter(({ level }) => level !== "provider")).toEqual([]);
      const unknown = { policyId: newUuid(), byPersonId };
      expect(await store.putPolicySchedule({ ...unknown, settings })).toBe("subject_unknown");
      expect(await store.putPolicyRetention({ ...unknown, settings: kept })).toBe("subject_unknown");
      expect(await store.assignPolicy(companyId, unknown)).toBe("not_found");
      expect(await store.assignPolicy(newUuid(), { policyId, byPersonId })).toBe("not_found");
      expect(await store.findCompanyPolicy(companyId)).toEqual({ policyId, name });
    });

    test("its time moves with its timing, and with the company's change to it and away from it", async () => {
      const store = getStore();
      const company = await createScene(store);
      const { companyId } = company;
      const { policyId } = await create();
      await store.putPolicySchedule({ policyId, settings: { ...NO_SCHEDULE, timing: HOURLY }, byPersonId });
      const made = (await store.findPolicy(policyId))?.schedule.timedAt.getTime() ?? 0;
      await pause();
      await store.assignPolicy(companyId, { policyId, byPersonId });
      const got = (await policyLayerOf(company))?.timedAt.getTime() ?? 0;
      expect(got).toBeGreaterThan(made);
      await pause();
      await store.assignPolicy(companyId, { policyId, byPersonId });
      await store.putPolicySchedule({
        policyId,
        settings: { ...NO_SCHEDULE, timing: HOURLY, isPaused: true },
        byPersonId,
      });
      expect((await policyLayerOf(company))?.timedAt.getTime()).toBe(got);
      await store.putPolicySchedule({ policyId, settings: { ...NO_SCHEDULE, timing: NIGHTLY }, byPersonId });
      const changed = (await policyLayerOf(company))?.timedAt.getTime() ?? 0;
      expect(changed).toBeGreaterThan(got);
      await pause();
      await store.assignPolicy(companyId, { policyId: null, byPersonId });
      const left = await policyLayerOf(company);
      expect(left).toMatchObject({ subjectId: null, settings: NO_SCHEDULE });
      expect(left?.timedAt.getTime()).toBeGreaterThan(changed);
      expect(await store.findCompanyPolicy(companyId)).toBeNull();
    });

    test("getting one that leaves the timing as it was changes no time: what is due, failed or missed meanwhile counts", async () => {
      const store = getStore();
      const company = await createScene(store);
      const { companyId } = company;
      const since = async () => (await policyLayerOf(company))?.timedAt.getTime();
      const [open, timed, alike] = [await create(), await create(), await create()];
      await store.putPolicyRetention({ ...open, settings: { ...NO_RETENTION, yearlyYears: 3 }, byPersonId });
      await store.assignPolicy(companyId, { policyId: open.policyId, byPersonId });
      expect(await since()).toBe(0);
      await store.assignPolicy(companyId, { policyId: null, byPersonId });
      expect(await since()).toBe(0);
      for (const { policyId } of [timed, alike])
        await store.putPolicySchedule({ policyId, settings: { ...NO_SCHEDULE, timing: HOURLY }, byPersonId });
      await pause();
      await store.assignPolicy(companyId, { policyId: timed.policyId, byPersonId });
      const begun = await since();
      expect(begun).toBeGreaterThan((await store.findPolicy(alike.policyId))?.schedule.timedAt.getTime() ?? Number.NaN);
      await pause();
      await store.assignPolicy(companyId, { policyId: alike.policyId, byPersonId });
      expect(await since()).toBe(begun);
      await pause();
      await store.assignPolicy(companyId, { policyId: open.policyId, byPersonId });
      expect(await since()).toBeGreaterThan(begun ?? Number.NaN);
    });

    test("of two renames to one name at once, one is told that it is taken", async () => {
      const store = getStore();
      const policies = [await create(), await create(), await create(), await create()];
      const name = `Silver ${newUuid()}`;
      const outcomes = await Promise.all(
        policies.map(({ policyId }) => store.renamePolicy({ policyId, name, byPersonId })),
      );
      expect(outcomes.toSorted()).toEqual(["name_taken", "name_taken", "name_taken", "renamed"]);
    });

    test("one that a company has is not removed", async () => {
      const store = getStore();
      const { companyId } = scene;
      const { policyId } = await create();
      await store.assignPolicy(companyId, { policyId, byPersonId });
      expect(await store.removePolicy({ policyId, byPersonId })).toBe("in_use");
      await store.assignPolicy(companyId, { policyId: null, byPersonId });
      expect(await store.removePolicy({ policyId, byPersonId })).toBe("removed");
      expect(await store.removePolicy({ policyId, byPersonId })).toBe("not_found");
      expect(await store.findPolicy(policyId)).toBeNull();
    });

    test("the machines of its companies are planned anew when its timing changes, and not at all while it is paused", async () => {
      const store = getStore();
      const fresh = await createScene(store);
      const { companyId, machineId, sourceId } = fresh;
      const isToPlan = async () =>
        (await store.listMachinesToPlan()).some((machine) => machine.machineId === machineId);
      const expectAhead = () => {
        const dueAt = new Date(Date.now() + 3_600_000);
        return store.expectRuns(companyId, [sourceId], [{ sourceId, dueAt, missedAfter: dueAt }]);
      };
      const { policyId } = await create();
      const put = (change: Partial<typeof NO_SCHEDULE>) =>
        store.putPolicySchedule({ policyId, settings: { ...NO_SCHEDULE, ...change }, byPersonId });
      const changes = [
        { change: () => store.assignPolicy(companyId, { policyId, byPersonId }), isTiming: false },
        { change: () => put({ timing: HOURLY }), isTiming: true },
        { change: () => store.assignPolicy(companyId, { policyId: null, byPersonId }), isTiming: true },
        { change: () => store.assignPolicy(companyId, { policyId, byPersonId }), isTiming: true },
      ];
      for (const { change, isTiming } of changes) {
        await expectAhead();
        expect(await isToPlan()).toBe(false);
        await pause();
        await change();
        expect(await isToPlan()).toBe(isTiming);
      }
      await put({ timing: HOURLY, isPaused: true });
      expect(await isToPlan()).toBe(false);
    });
  });
}
