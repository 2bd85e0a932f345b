import { describe, expect, test } from "vitest";
import {
  ALL_HOURS,
  BANDWIDTH_MAX_BYTES_PER_SECOND,
  BANDWIDTH_MIN_BYTES_PER_SECOND,
  type BandwidthSettings,
  type ScheduleSettings,
} from "../../../contracts/schedules.ts";
import { NOTHING_SET } from "../schedule/effective-schedule.ts";
import type { Store } from "../store/store.ts";
import { createScene, enrolMachine, newUuid, openRun } from "./store-scene.ts";

const HOURLY = { cron: "0 * * * *", timeZone: "Europe/Berlin" };
const NIGHTLY = { cron: "0 2 * * *", timeZone: "UTC" };

const EVENINGS = { hours: [3, 0, 0, ALL_HOURS, 0, 0, 1 << 23], endsRuns: true };

const BY_DAY: BandwidthSettings = {
  rules: [
    { hours: [255, 255, 0, 0, 0, 0, 0], bytesPerSecond: BANDWIDTH_MIN_BYTES_PER_SECOND },
    { hours: Array(7).fill(ALL_HOURS), bytesPerSecond: BANDWIDTH_MAX_BYTES_PER_SECOND },
  ],
};

function settingsOf(change: Partial<ScheduleSettings>): ScheduleSettings {
  return {
    ...NOTHING_SET,
    ...change,
  };
}

export function describeSchedules(getStore: () => Store): void {
  describe("schedules", () => {
    test("each level keeps what it sets itself, and a machine's list has its own chain alone", async () => {
      const store = getStore();
      const { companyId, ownerId: byPersonId, machineId, sourceId } = await createScene(store);
      const other = await enrolMachine(store, companyId);
      const all = [
        { level: "company", subjectId: companyId, settings: settingsOf({ timing: NIGHTLY, isPaused: true }) },
        { level: "machine", subjectId: machineId, settings: settingsOf({ jitterSeconds: 30, window: EVENINGS }) },
        { level: "source", subjectId: sourceId, settings: settingsOf({ timing: HOURLY, catchUpMinutes: 5 }) },
        { level: "source", subjectId: other.sourceId, settings: settingsOf({ catchUpMinutes: 6 }) },
      ] as const;
      for (const each of all) expect(await store.putSchedule(companyId, { ...each, byPersonId })).toBe("stored");
      const rows = await store.listSchedules(companyId, machineId);
      expect(rows.map(({ timedAt: _, ...row }) => row)).toEqual(all.slice(0, 3));
      const others = await store.listSchedules(companyId, other.machineId);
      expect(others.map((row) => row.subjectId)).toEqual([companyId, other.sourceId]);
      const ofCompany = await store.listSchedules(companyId, null);
      expect(ofCompany.map((row) => row.subjectId)).toEqual([companyId]);
    });

    test("a company's bandwidth limit is kept rule by rule, and to have none is another thing than to set none", async () => {
      const store = getStore();
      const { companyId, ownerId: byPersonId } = await createScene(store);
      for (const bandwidth of [BY_DAY, { rules: [] }, null]) {
        const settings = settingsOf({ bandwidth });
        await store.putSchedule(companyId, { level: "company", subjectId: companyId, settings, byPersonId });
        const [row] = await store.listSchedules(companyId, null);
        expect(row?.settings).toEqual(settings);
      }
    });

    test("its time moves with the timing alone", async () => {
      const store = getStore();
      const { companyId, ownerId: byPersonId, machineId } = await createScene(store);
      const put = async (change: Partial<ScheduleSettings>) => {
        const schedule = { level: "machine", subjectId: machineId, settings: settingsOf(change), byPersonId } as const;
        await store.putSchedule(companyId, schedule);
        const [row] = await store.listSchedules(companyId, machineId);
        if (!row) throw new Error("it is not there");
        expect(row.settings).toEqual(settingsOf(change));
        return row.timedAt.getTime();
      };
      const begun = await put({ timing: HOURLY });
      await pause();
      expect(await put({ timing: HOURLY, isPaused: true, jitterSeconds: 9 })).toBe(begun);
      const changed = await put({ timing: NIGHTLY });
      expect(changed).toBeGreaterThan(begun);
      await pause();
      expect(await put({})).toBeGreaterThan(changed);
    });

    test("a machine's sources say when they last started, and what was interrupted is no start", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId, machineId, sourceId } = scene;
      await enrolMachine(store, companyId);
      const list = async () => {
        const rows = await store.listPlannedSources(companyId, machineId, ["agent_stopped"]);
        expect(rows.map((row) => row.sourceId)).toEqual([sourceId]);
        return rows[0]?.lastStartAt ?? null;
      };
      expect(await list()).toBeNull();
      const first = await openRun(store, scene);
      const started = (await store.findRun(companyId, first.runId))?.startedAt;
      expect(await list()).toEqual(started);
      await store.endRun(companyId, first, { outcome: "failed", code: "path_not_found" });
      await pause();
      const second = await openRun(store, scene);
      expect((await list())?.getTime()).toBeGreaterThan(started?.getTime() ?? Number.NaN);
      await store.endRun(companyId, second, { outcome: "cancelled", code: "agent_stopped" });
      expect(await list()).toEqual(started);
    });

    test("what is not of this company cannot have one", async () => {
      const store = getStore();
      const { companyId, ownerId: byPersonId } = await createScene(store);
      const settings = settingsOf({});
      for (const level of ["machine", "source"] as const) {
        const schedule = { level, subjectId: newUuid(), settings, byPersonId };
        expect(await store.putSchedule(companyId, schedule)).toBe("subject_unknown");
      }
    });

    test("the provider's default is read by everybody, once somebody has set it", async () => {
      const store = getStore();
      if ((await store.findProvider()) === null) {
        await expect(store.putProviderSchedule(settingsOf({}), newUuid())).rejects.toMatchObject({ code: "not_found" });
        const person = { personId: newUuid(), email: `${newUuid()}@example.com`, passwordHash: "$hash" };
        await store.createFirstStaff({ providerName: "Harbour IT", ...person });
      }
      expect(await store.findProviderSchedule()).toBeNull();
      await store.putProviderSchedule(settingsOf({ timing: HOURLY }), newUuid());
      const first = await store.findProviderSchedule();
      expect(first).toMatchObject({ level: "provider", subjectId: null, settings: settingsOf({ timing: HOURLY }) });
      await pause();
      const changed = settingsOf({ timing: HOURLY, jitterSeconds: 1, bandwidth: BY_DAY });
      await store.putProviderSchedule(changed, newUuid());
      expect(await store.findProviderSchedule()).toMatchObject({
        timedAt: first?.timedAt,
        settings: changed,
      });
    });
  });
}

/** Moments of the store are kept to the millisecond. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
