import { beforeAll, describe, expect, test } from "vitest";
import { COMPANY_SORTS, COMPANY_STATES } from "../../../contracts/companies.ts";
import { MACHINE_SORTS } from "../../../contracts/machines.ts";
import { PERSON_SORTS } from "../../../contracts/people.ts";
import { WATERMARK_SORTS } from "../../../contracts/zones.ts";
import type { Listed, ListPosition, ListRequest } from "../store/list-order.ts";
import { companyStateOf, countedStateOf, machineStateOf } from "../store/machine-state.ts";
import type { Store } from "../store/store.ts";
import {
  createScene,
  enrolMachine,
  inviteCompany,
  newUuid,
  openRun,
  publishSnapshot,
  type Scene,
  ZONE_1,
  ZONE_2,
} from "./store-scene.ts";

/** No other company of the suite has it in its name. */
const MARK = "Zürich";
const NAMES = ["Äpfel of Zürich", "bakers of ZÜRICH", "Bakers of Zürich", "Clay of zürich", "clay of Zürich"];

type Paged<Row, Sort extends string> = (request: ListRequest<Sort>) => Promise<readonly Listed<Row>[]>;

/** [Note: Ordered lists]: order, ties, search and paging; the same in every store. */
export function describeLists(getStore: () => Store): void {
  describe("ordered lists", () => {
    let store: Store;
    let scene: Scene;
    const companies = () => orderedCompanies(store);

    beforeAll(async () => {
      store = getStore();
      for (const name of NAMES) await nameCompany(store, name);
      scene = await createScene(store);
      await createMachines(store, scene);
    });

    test("a search finds a name in any case, and only what holds it", async () => {
      for (const search of ["zürich", "ZÜRICH", MARK]) {
        const rows = await companies()({ sort: "name", isDescending: false, search, limit: 500 });
        expect(rows.map((row) => row.name.toLowerCase())).toEqual([...NAMES].map((name) => name.toLowerCase()).sort());
      }
      expect(await companies()({ sort: "name", isDescending: false, search: "z%rich", limit: 500 })).toEqual([]);
    });

    test("every column orders by its value, then by id, both ways, and pages hold each row once", async () => {
      const { companyId } = scene;
      for (const sort of COMPANY_SORTS) await walk(companies(), sort, MARK);
      for (const sort of MACHINE_SORTS) {
        await walk((request) => store.listMachines(companyId, { ...request, states: [] }), sort);
      }
      for (const sort of PERSON_SORTS) await walk((request) => store.listPeople(null, request), sort);
      for (const sort of WATERMARK_SORTS)
        await walk((request) => store.listCompanyWatermarks(null, request), sort, MARK);
    });

    test("paging to the end repeats nothing and skips nothing while rows are added before and behind", async () => {
      const search = `Harbour ${newUuid()}`;
      for (const at of [2, 4, 6, 8]) await nameCompany(store, `${at} ${search}`);
      const seen: string[] = [];
      let after: ListPosition | undefined;
      for (const added of [1, 9, 3, 5, 7]) {
        const page = await companies()({ sort: "name", isDescending: false, search, after, limit: 1 });
        seen.push(...page.map((row) => row.name.slice(0, 1)));
        after = page.at(-1)?.position ?? after;
        await nameCompany(store, `${added} ${search}`);
      }
      for (const row of await companies()({ sort: "name", isDescending: false, search, after, limit: 500 })) {
        seen.push(row.name.slice(0, 1));
      }
      expect(seen).toEqual([...new Set(seen)].sort());
      expect(seen).toEqual(expect.arrayContaining(["2", "4", "6", "8", "9"]));
      expect(seen).not.toContain("1");
    });

    test("states are those of the rules, and filter", async () => {
      const order = { sort: "need", isDescending: false, limit: 500 } as const;
      const all = await store.listMachines(scene.companyId, { ...order, states: [] });
      expect(all.map((row) => row.state)).toEqual(["failed", "gaps", "never", "running", "running", "protected"]);
      for (const row of all) expect(row.state).toBe(machineStateOf(row));
      const some = await store.listMachines(scene.companyId, { ...order, states: ["failed", "protected"] });
      expect(some.map((row) => row.state)).toEqual(["failed", "protected"]);
      const company = await store.findCompany(scene.companyId);
      const counts = { protected: 0, gaps: 0, failed: 0, running: 0, never: 0 };
      for (const row of all) counts[countedStateOf(row)]++;
      expect(company).toMatchObject({ machineStates: counts, state: companyStateOf(counts) });
      expect(counts).toEqual({ protected: 1, gaps: 1, failed: 1, running: 1, never: 2 });
    });

    test("a company filter takes the state of its worst machine, and one without machines never had a snapshot", async () => {
      const order = { sort: "name", isDescending: false, limit: 500 } as const;
      const never = await store.listCompanies({ ...order, search: MARK, states: ["never"] });
      expect(never.length).toBe(NAMES.length);
      expect(await store.listCompanies({ ...order, search: MARK, states: ["failed", "protected"] })).toEqual([]);
      const failed = await store.listCompanies({ ...order, states: ["failed"] });
      expect(failed.map((row) => row.companyId)).toContain(scene.companyId);
    });

    test("counts are those of the lists", async () => {
      const counted = await store.countStates();
      const all = await companies()({ sort: "created", isDescending: false, limit: 500 });
      for (const state of COMPANY_STATES) {
        expect([state, counted.companies[state]]).toEqual([state, all.filter((row) => row.state === state).length]);
        const machines = all.reduce((sum, row) => sum + row.machineStates[state], 0);
        expect([state, counted.machines[state]]).toEqual([state, machines]);
      }
    });

    test("runs are found by machine or company and filtered by outcome, open ones too", async () => {
      const { companyId } = scene;
      const open = await store.listRuns(companyId, { limit: 500, outcomes: ["running"] });
      expect(open.map((run) => run.outcome)).toEqual([null, null]);
      const everywhere = await store.listOpenRuns();
      expect(everywhere.filter((run) => run.companyId === companyId)).toEqual(open);
      expect(everywhere.every((run) => run.endedAt === null)).toBe(true);
      const failed = await store.listRuns(companyId, { limit: 500, outcomes: ["failed"], search: "FRONT" });
      expect(failed.map((run) => run.outcome)).toEqual(["failed"]);
      expect(await store.listRuns(companyId, { limit: 500, search: "nowhere" })).toEqual([]);
    });

    test("people are members of their company, and staff of none; what signs in is not shown", async () => {
      const order = { sort: "email", isDescending: false, limit: 500 } as const;
      const staffEmail = `${newUuid()}@example.com`;
      await store.createStaff({ personId: newUuid(), email: staffEmail, role: "auditor", passwordHash: "$secret" });
      const members = await store.listPeople(scene.companyId, order);
      expect(members.map((person) => person.personId)).toEqual([scene.ownerId]);
      expect(members[0]).toMatchObject({
        kind: "member",
        role: "owner",
        email: scene.emailOfOwner,
        companyName: "Clayworks",
      });
      const [staff] = await store.listPeople(null, { ...order, search: staffEmail.toUpperCase(), kind: "staff" });
      expect(staff).toMatchObject({ role: "auditor", companyId: null, companyName: null });
      expect(JSON.stringify(staff)).not.toContain("$secret");
      expect(await store.listPeople(null, { ...order, search: staffEmail, kind: "member" })).toEqual([]);
    });

    test("watermarks name the moment since which each zone lacks a snapshot", async () => {
      const { companyId } = scene;
      const order = { sort: "behind", isDescending: false, limit: 10 } as const;
      const [row] = await store.listCompanyWatermarks(companyId, order);
      const [oldest] = (await store.listSnapshots(companyId, { limit: 500 })).toReversed();
      expect(row).toMatchObject({ companyId, lastCommit: 3 });
      expect(row?.zones).toEqual([
        { zoneId: ZONE_1, commit: 0, missingSince: oldest?.receivedAt },
        { zoneId: ZONE_2, commit: 0, missingSince: oldest?.receivedAt },
      ]);
    });
  });
}

function orderedCompanies(store: Store) {
  return (request: Parameters<Paged<object, (typeof COMPANY_SORTS)[number]>>[0]) =>
    store.listCompanies({ ...request, states: [] });
}

async function nameCompany(store: Store, name: string): Promise<void> {
  const { companyId } = await inviteCompany(store, name);
  expect(await store.findCompany(companyId)).toMatchObject({ name });
}

/** One machine for each state, and one more whose first run is open. */
async function createMachines(store: Store, first: Scene): Promise<void> {
  const scenes = [first];
  for (let at = 0; at < 5; at++) scenes.push({ ...first, ...(await enrolMachine(store, first.companyId)) });
  const [isProtected, gaps, failed, running, firstRun] = scenes;
  if (!isProtected || !gaps || !failed || !running || !firstRun) throw new Error("too few machines");
  await publishSnapshot(store, isProtected, null);
  await publishSnapshot(store, gaps, null, { gaps: 2 });
  const lost = await openRun(store, failed);
  await store.endRun(first.companyId, lost, { outcome: "failed", code: "gave_up" });
  await publishSnapshot(store, running, null);
  await openRun(store, running);
  await openRun(store, firstRun);
}

/** Reads a list in one piece and in pages of two, both ways, and compares. */
async function walk<Row, Sort extends string>(list: Paged<Row, Sort>, sort: Sort, search?: string): Promise<void> {
  const idsOf = (rows: readonly Listed<Row>[]) => rows.map((row) => row.position.id);
  const up = await list({ sort, isDescending: false, search, limit: 500 });
  expect(up.length).toBeGreaterThan(0);
  const down = await list({ sort, isDescending: true, search, limit: 500 });
  expect(idsOf(down)).toEqual(idsOf(up).toReversed());
  const sorted = up.toSorted(
    (a, b) => compare(a.position.value, b.position.value) || compare(a.position.id, b.position.id),
  );
  expect(idsOf(up)).toEqual(idsOf(sorted));
  for (const [isDescending, whole] of [
    [false, up],
    [true, down],
  ] as const) {
    const paged: string[] = [];
    let after: ListPosition | undefined;
    for (let page = whole.slice(0, 1); page.length > 0; after = page.at(-1)?.position) {
      page = [...(await list({ sort, isDescending, search, after, limit: 2 }))];
      paged.push(...idsOf(page));
    }
    expect(paged).toEqual(idsOf(whole));
  }
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}
