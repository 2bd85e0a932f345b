import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { memberViewerSchema, staffViewerSchema } from "../../contracts/viewer.ts";
import { listPages } from "./client/list-pages.ts";
import type { Caller } from "./context.ts";
import { appRouter } from "./router.ts";
import { type ApiWorld, openApiWorld } from "./testing/api-world.ts";
import { createKeyedCompany, type KeyedCompany } from "./testing/keyed-company.ts";

let world: ApiWorld;
let ours: KeyedCompany;
let theirs: KeyedCompany;

beforeAll(async () => {
  world = await openApiWorld();
  ours = await createKeyedCompany(world.deps);
  theirs = await createKeyedCompany(world.deps);
});
afterAll(() => world.close());

function apiOf(caller: Caller) {
  const headers = new Headers({ "x-holdfast-protocol": "1" });
  const authenticate = async () => caller;
  const clientAddress = randomUUID();
  return appRouter.createCaller({
    deps: world.deps,
    headers,
    clientAddress,
    authenticate,
    authenticateAgain: authenticate,
  });
}

function staff() {
  const viewer = staffViewerSchema.parse({ kind: "staff", personId: randomUUID(), role: "auditor", companyId: null });
  return apiOf({ kind: "staff", viewer, email: "s@x.test" });
}

function owner({ personId, companyId }: KeyedCompany) {
  const viewer = memberViewerSchema.parse({ kind: "member", personId, role: "owner", companyId });
  return apiOf({ kind: "member", viewer, email: "m@x.test" });
}

test("a cursor goes on behind the page before, to the end", async () => {
  const api = staff();
  const ids: string[] = [];
  const pages = listPages((cursor) => api.companies.list({ sort: "name", isDescending: true, limit: 1, cursor }));
  for await (const company of pages) ids.push(company.companyId);
  expect(ids.toSorted()).toEqual([ours.companyId, theirs.companyId].toSorted());
});

test("a cursor of another order, of another list or of nobody is refused by name", async () => {
  const api = staff();
  const { nextCursor } = await api.companies.list({ sort: "name", limit: 1 });
  if (nextCursor === null) throw new Error("there is a second company");
  const foreign = [
    () => api.companies.list({ sort: "name", isDescending: true, cursor: nextCursor }),
    () => api.companies.list({ sort: "stored", cursor: nextCursor }),
    () => api.companies.list({ sort: "name", cursor: ours.companyId }),
    () => api.companies.list({ sort: "name", cursor: cursorOf(["name", false, "a\u0000b", ours.companyId]) }),
    () => api.companies.list({ sort: "stored", cursor: cursorOf(["stored", false, "many", ours.companyId]) }),
    () => api.companies.list({ sort: "name", cursor: cursorOf(["name", false, "a", "' or true"]) }),
    () => api.people.list({ sort: "email", cursor: nextCursor }),
  ];
  for (const ask of foreign)
    await expect(ask()).rejects.toMatchObject({ cause: { code: expect.stringMatching(/^(bad_input|invalid)$/) } });
});

test("staff see everybody or one company's people, members their own company's alone", async () => {
  const everybody = await staff().people.list({});
  expect(everybody.rows.map((person) => person.personId)).toEqual(
    expect.arrayContaining([ours.personId, theirs.personId]),
  );
  expect(everybody.rows.some((person) => person.kind === "staff" && person.companyId === null)).toBe(true);
  const one = await staff().people.list({ companyId: theirs.companyId });
  expect(one.rows.map((person) => person.personId)).toEqual([theirs.personId]);
  const own = await owner(ours).people.list({});
  expect(own.rows.map((person) => [person.personId, person.role])).toEqual([[ours.personId, "owner"]]);
});

test("a search that holds a control character is refused before the database sees it", async () => {
  await expect(staff().companies.list({ search: "a\u0000b" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

function cursorOf(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}
