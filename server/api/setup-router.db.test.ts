import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createSetupCode, readSetupCodeHash, removeSetupCode } from "../platform/setup-code.ts";
import { errorCodeOf } from "./api-error.ts";
import { createPageCaller } from "./page-caller.ts";
import { createRateLimits } from "./rate-limits.ts";
import { type ApiWorld, openApiWorld } from "./testing/api-world.ts";

const PASSWORD = "long enough to be one";

let world: ApiWorld;
let folder: string;
let setupFile: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-setup-"));
});
beforeEach(async () => {
  world = await openApiWorld();
  setupFile = join(folder, "setup-code-hash");
  await removeSetupCode(setupFile);
  return () => world.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const headers = new Headers({ "x-holdfast-protocol": "1" });

/** The outcome's code, "created" when there is none. */
async function setUp(code: string, email: string, providerName = "Harbour IT"): Promise<string> {
  const deps = { ...world.deps, findSetupCodeHash: () => readSetupCodeHash(setupFile) };
  try {
    await createPageCaller(deps, headers).setup.create({ code, providerName, email, password: PASSWORD });
    return "created";
  } catch (error) {
    return errorCodeOf(error);
  }
}

test("the code that was printed makes the first admin, who then signs in", async () => {
  const code = await createSetupCode(setupFile);
  expect(await setUp(code, "First@Harbour.example")).toBe("created");
  expect(await world.deps.store.findProvider()).toEqual({ name: "Harbour IT", hasStaff: true });
  const signedIn = await createPageCaller(world.deps, headers).session.create({
    email: "first@harbour.example",
    password: PASSWORD,
  });
  expect(signedIn.viewer).toMatchObject({ kind: "staff", role: "admin" });
});

test("the provider's noon and midnight are those of its own clocks", async () => {
  const code = await createSetupCode(setupFile);
  const deps = { ...world.deps, findSetupCodeHash: () => readSetupCodeHash(setupFile) };
  const first = { code, providerName: "Harbour IT", email: "first@harbour.example", password: PASSWORD };
  await createPageCaller(deps, headers).setup.create({ ...first, timeZone: "America/New_York" });
  const timing = { cron: "0 0,12 * * *", timeZone: "America/New_York" };
  expect(await world.deps.store.findProviderSchedule()).toMatchObject({ settings: { timing } });
});

test("a browser that names no known zone hinders nobody", async () => {
  const code = await createSetupCode(setupFile);
  const deps = { ...world.deps, findSetupCodeHash: () => readSetupCodeHash(setupFile) };
  const first = { code, providerName: "Harbour IT", email: "first@harbour.example", password: PASSWORD };
  await createPageCaller(deps, headers).setup.create({ ...first, timeZone: "Etc/Unknown" });
  expect(await world.deps.store.findProviderSchedule()).toBeNull();
});

test("it works once, for one of many who use it at the same moment", async () => {
  const code = await createSetupCode(setupFile);
  const outcomes = await Promise.all([1, 2, 3, 4].map((n) => setUp(code, `rival${n}@harbour.example`, `Rival ${n}`)));
  expect(outcomes.filter((outcome) => outcome === "created")).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === "setup_done")).toHaveLength(3);
  expect(await setUp(code, "late@harbour.example")).toBe("setup_done");
  const winner = outcomes.indexOf("created") + 1;
  expect(await world.deps.store.findProvider()).toMatchObject({ name: `Rival ${winner}` });
  expect(await world.deps.store.findPersonByEmail(`rival${(winner % 4) + 1}@harbour.example`)).toBeNull();
});

test("without the code nobody takes the service: not by guessing, not by an earlier code, not where there is none", async () => {
  expect(await setUp("", "a@harbour.example")).toBe("bad_input");
  expect(await setUp("anything", "a@harbour.example")).toBe("setup_code_wrong");
  const earlier = await createSetupCode(setupFile);
  await createSetupCode(setupFile);
  expect(await setUp(earlier, "a@harbour.example")).toBe("setup_code_wrong");
  expect(await world.deps.store.findProvider()).toBeNull();
});

test("tries are counted", async () => {
  world.deps.rateLimits.setup.points = 3;
  const outcomes: string[] = [];
  for (let n = 0; n < 5; n++) outcomes.push(await setUp("guess", "a@harbour.example"));
  expect(outcomes).toEqual([...Array(3).fill("setup_code_wrong"), "rate_limited", "rate_limited"]);
  expect(createRateLimits().setup.points).toBeLessThanOrEqual(20);
});

test("only the code's hash is kept, for this user alone", async () => {
  const code = await createSetupCode(setupFile);
  expect(readFileSync(setupFile, "utf8")).not.toContain(code);
  expect(statSync(setupFile).mode & 0o077).toBe(0);
});
