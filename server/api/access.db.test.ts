import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { memberViewerSchema, STAFF_ROLES, staffViewerSchema } from "../../contracts/viewer.ts";
import { errorCodeOf } from "./api-error.ts";
import type { ApiContext, Caller } from "./context.ts";
import type { Access, ProcedureMeta } from "./procedures.ts";
import { appRouter } from "./router.ts";
import { type ApiWorld, openApiWorld } from "./testing/api-world.ts";
import { createKeyedCompany, type KeyedCompany } from "./testing/keyed-company.ts";
import { openTestIncident } from "./testing/open-test-incident.ts";
import { createProcedureInputs, type ProcedureInputs } from "./testing/procedure-inputs.ts";

let world: ApiWorld;
let ours: KeyedCompany;
let theirs: KeyedCompany;
let inputs: ProcedureInputs;
let incidentId = "";

const paths = Object.keys(appRouter._def.procedures);

beforeAll(async () => {
  world = await openApiWorld();
  ours = await createKeyedCompany(world.deps);
  theirs = await createKeyedCompany(world.deps);
  incidentId = await openTestIncident(world.deps, theirs);
  inputs = createProcedureInputs(theirs, incidentId);
});
afterAll(() => world.close());

function accessOf(path: string): Access {
  let meta: unknown = appRouter._def.procedures;
  for (const name of [path, "_def", "meta"]) meta = Reflect.get(Object(meta), name);
  if (!isMeta(meta)) throw new Error(`${path} does not say who may call it`);
  return meta.access;
}

function isMeta(meta: unknown): meta is ProcedureMeta {
  return typeof meta === "object" && meta !== null && "access" in meta;
}

/** Calls a procedure by its path; answers its result, or the code of its refusal. */
async function call(path: string, caller: Caller): Promise<{ code: string } | { answer: unknown }> {
  const context: ApiContext = {
    deps: world.deps,
    headers: new Headers({ "x-holdfast-protocol": "1", "x-holdfast-agent-version": "0.1.0" }),
    clientAddress: randomUUID(),
    authenticate: async () => caller,
    authenticateAgain: async () => caller,
  };
  let target: unknown = appRouter.createCaller(context);
  for (const name of path.split(".")) target = Reflect.get(Object(target), name);
  if (typeof target !== "function") throw new Error(`there is no procedure ${path}`);
  try {
    return { answer: await firstOf(await target(inputs[path])) };
  } catch (error) {
    return { code: errorCodeOf(error) };
  }
}

/** The answer; of a stream its first message, after which it is left. */
async function firstOf(answer: unknown): Promise<unknown> {
  if (!isStream(answer)) return answer;
  for await (const message of answer) return message;
  return undefined;
}

function isStream(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer;
}

function member(of: KeyedCompany, role: "owner" | "restorer" | "viewer"): Caller {
  const viewer = memberViewerSchema.parse({ kind: "member", personId: of.personId, role, companyId: of.companyId });
  return { kind: "member", viewer, email: "m@x.test" };
}

function staff(role: (typeof STAFF_ROLES)[number]): Caller {
  const viewer = staffViewerSchema.parse({ kind: "staff", personId: randomUUID(), role, companyId: null });
  return { kind: "staff", viewer, email: "s@x.test" };
}

async function agent(of: KeyedCompany): Promise<Caller> {
  const row = await world.deps.store.findAgent(of.agentId);
  if (row === null) throw new Error("the agent is not enrolled");
  return { kind: "agent", agent: row };
}

test("every procedure has an input to be tried with", () => {
  expect(Object.keys(inputs).sort()).toEqual(paths.toSorted());
});

describe.each(paths.filter((path) => accessOf(path).kind !== "public"))("%s", (path) => {
  const access = accessOf(path);

  test("refuses a visitor", async () => {
    expect(await call(path, { kind: "visitor" })).toEqual({ code: "sign_in_required" });
  });

  test("refuses everybody whom it does not name", async () => {
    const strangers: Caller[] = [];
    if (access.kind !== "agent") strangers.push(await agent(ours));
    if (access.kind === "agent") strangers.push(member(ours, "owner"), staff("admin"));
    if (access.kind === "staff") {
      strangers.push(member(ours, "owner"), ...STAFF_ROLES.filter((role) => !access.roles.includes(role)).map(staff));
    }
    if (access.kind === "member") {
      const roles = (["owner", "restorer", "viewer"] as const).filter((role) => !access.roles.includes(role));
      strangers.push(staff("admin"), ...roles.map((role) => member(ours, role)));
    }
    for (const stranger of strangers) expect(await call(path, stranger)).toEqual({ code: "not_allowed" });
  });

  test("refuses another company", async () => {
    const before = await stateOf(theirs);
    const caller = access.kind === "agent" ? await agent(ours) : member(ours, "owner");
    const outcome = await call(path, caller);
    if ("code" in outcome) expect(outcome.code).not.toBe("internal");
    const answer = JSON.stringify(outcome);
    for (const secret of [theirs.companyId, theirs.machineId, theirs.agentId, theirs.personId]) {
      expect(answer).not.toContain(secret);
    }
    expect(await stateOf(theirs)).toEqual(before);
  });
});

async function stateOf(company: KeyedCompany): Promise<unknown> {
  const { store } = world.deps;
  return {
    head: await store.findLogHead(company.companyId),
    machine: await store.findMachine(company.companyId, company.machineId),
    runs: await store.listRuns(company.companyId, { limit: 10 }),
    sources: await store.listSources(company.companyId, { limit: 10 }),
    incident: await store.findIncident(company.companyId, incidentId),
    schedules: await store.listSchedules(company.companyId, company.machineId),
    retention: await store.listRetention(company.companyId, {
      machineId: company.machineId,
      sourceId: company.sourceId,
    }),
    holds: await store.listHolds(company.companyId),
  };
}
