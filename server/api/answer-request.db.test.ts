import { createHash, randomBytes, randomUUID } from "node:crypto";
import { encode } from "next-auth/jwt";
import superjson from "superjson";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agentRequestMessage } from "../auth/agent-request.ts";
import { browserSecret } from "../auth/browser-session.ts";
import { answerRequest } from "./answer-request.ts";
import { type ApiWorld, openApiWorld } from "./testing/api-world.ts";
import { createKeyedCompany, type KeyedCompany } from "./testing/keyed-company.ts";

const ORIGIN = "http://localhost:7443";
const SPOKEN = { "x-holdfast-protocol": "1", "x-holdfast-agent-version": "0.1.0" };

let world: ApiWorld;
let company: KeyedCompany;

beforeAll(async () => {
  world = await openApiWorld();
  company = await createKeyedCompany(world.deps);
});
afterAll(() => world.close());

async function ask(path: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
  const response = await answerRequest(world.deps, new Request(`${ORIGIN}/api/trpc/${path}`, init));
  const answer = JSON.parse(await response.text());
  const data = answer.error ? superjson.deserialize<{ data: { code2: string } }>(answer.error).data : undefined;
  return { status: response.status, code: data?.code2, answer };
}

/** The header of an agent that signs this request. */
function signed(path: string, options: { method?: string; body?: string; nonce?: Buffer } = {}): string {
  const { method = "GET", body = "", nonce = randomBytes(16) } = options;
  const claims = { sentAtMs: Date.now(), nonce: nonce.toString("base64url") };
  const message = agentRequestMessage({ method, target: `/api/trpc/${path}`, body: Buffer.from(body) }, claims);
  const signature = Buffer.from(world.deps.primitives.sign(company.signKeys.secretKey, message)).toString("base64url");
  return `Holdfast-Agent ${company.agentId}.${claims.sentAtMs}.${claims.nonce}.${signature}`;
}

async function openSession(): Promise<string> {
  const sessionToken = randomBytes(32).toString("base64url");
  const tokenHash = createHash("sha256").update(sessionToken).digest();
  const { companyId, personId } = company;
  await world.deps.store.createSession({ tokenHash, personId, companyId, lifetimeMs: 60_000 });
  return sessionToken;
}

test("an agent's signed request is answered once, and its copy is refused", async () => {
  const headers = { ...SPOKEN, authorization: signed("agent.hello") };
  expect(await ask("agent.hello", { headers })).toMatchObject({ status: 200 });
  expect(await ask("agent.hello", { headers })).toMatchObject({ status: 401, code: "request_replayed" });
});

test("an agent's question with another query is refused, also where its signature was good for the first", async () => {
  const query = (after: number) => `?input=${encodeURIComponent(JSON.stringify(superjson.serialize({ after })))}`;
  const headers = { ...SPOKEN, authorization: signed(`agent.log${query(0)}`) };
  const refused = { status: 401, code: "agent_signature_invalid" };
  expect(await ask(`agent.log${query(-1)}`, { headers })).toMatchObject(refused);
  expect(await ask(`agent.log${query(0)}&batch=1`, { headers })).toMatchObject({ status: 401 });
  expect(await ask("agent.log", { headers })).toMatchObject(refused);
  expect(await ask(`agent.log${query(0)}`, { headers })).toMatchObject({ status: 200 });
  const replayed = { status: 401, code: "request_replayed" };
  expect(await ask(`agent.log${query(0)}`, { headers })).toMatchObject(replayed);
  expect(await ask(`agent.log${query(-1)}`, { headers })).toMatchObject(refused);
});

test("an agent's request with another body, path or signer is refused", async () => {
  const body = JSON.stringify(superjson.serialize({ sourceId: company.sourceId, clientRunId: randomUUID() }));
  const authorization = signed("agent.startRun", { method: "POST", body });
  const headers = { ...SPOKEN, "content-type": "application/json", authorization };
  const refused = { status: 401, code: "agent_signature_invalid" };
  expect(await ask("agent.startRun", { method: "POST", headers, body: `${body} ` })).toMatchObject(refused);
  expect(await ask("agent.endRun", { method: "POST", headers, body })).toMatchObject(refused);
  const stranger = authorization.replace(company.agentId, randomUUID());
  expect(
    await ask("agent.startRun", { method: "POST", headers: { ...headers, authorization: stranger }, body }),
  ).toMatchObject(refused);
  expect(await ask("agent.startRun", { method: "POST", headers, body })).toMatchObject({ status: 200 });
});

test("an agent that is refused for now is told when to come again", async () => {
  const deps = { ...world.deps, companyRunsMax: 0 };
  const body = JSON.stringify(superjson.serialize({ sourceId: company.sourceId, clientRunId: randomUUID() }));
  const authorization = signed("agent.startRun", { method: "POST", body });
  const headers = { ...SPOKEN, "content-type": "application/json", authorization };
  const request = new Request(`${ORIGIN}/api/trpc/agent.startRun`, { method: "POST", headers, body });
  const response = await answerRequest(deps, request);
  expect(response.status).toBe(429);
  const { error } = JSON.parse(await response.text());
  const data = { code2: "company_busy", isRetryable: true, retryAfterMs: 30_000 };
  expect(superjson.deserialize(error)).toMatchObject({ data });
});

test("a program that speaks another protocol is told which side is too old", async () => {
  const authorization = () => signed("agent.hello");
  const tooNew = { ...SPOKEN, "x-holdfast-protocol": "99", authorization: authorization() };
  expect(await ask("agent.hello", { headers: tooNew })).toMatchObject({ status: 426, code: "agent_too_new" });
  const tooOld = { ...SPOKEN, "x-holdfast-agent-version": "0.0.9", authorization: authorization() };
  expect(await ask("agent.hello", { headers: tooOld })).toMatchObject({ status: 426, code: "agent_too_old" });
  const silent = { authorization: authorization() };
  expect(await ask("agent.hello", { headers: silent })).toMatchObject({ code: "agent_too_old" });
});

test("an agent hears of a newer release in each answer that it plans by, and with the refusal as too old", async () => {
  const offer = { statement: "c3RhdGVtZW50", signature: "c2lnbmF0dXJl" };
  const published = { v: 1 as const, version: "0.2.0", installerSha256: "ab".repeat(32), ...offer };
  const deps = { ...world.deps, releases: { find: async () => published } };
  const askAs = async (path: string, version: string) => {
    const headers = { ...SPOKEN, "x-holdfast-agent-version": version, authorization: signed(path) };
    return (await answerRequest(deps, new Request(`${ORIGIN}/api/trpc/${path}`, { headers }))).json();
  };
  for (const path of ["agent.hello", "agent.schedule"]) {
    expect((await askAs(path, "0.1.0")).result.data.json.update).toEqual(offer);
    for (const version of ["0.2.0", "0.10.0"])
      expect((await askAs(path, version)).result.data.json).not.toHaveProperty("update");
  }
  const refused = (await askAs("agent.schedule", "0.0.9")).error.json;
  expect(refused.data).toMatchObject({ code2: "agent_too_old", update: offer });
});

test("a session's token is its person until it is ended", async () => {
  const headers = { authorization: `Bearer ${await openSession()}` };
  const seen = await ask("session.viewer", { headers });
  expect(seen.answer.result.data.json.viewer).toMatchObject({ kind: "member", companyId: company.companyId });
  const end = { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: "{}" };
  expect(await ask("session.end", end)).toMatchObject({ status: 200 });
  expect(await ask("session.viewer", { headers })).toMatchObject({ status: 401, code: "sign_in_required" });
});

test("a browser's cookie works for our own pages and for no other site's", async () => {
  const sessionToken = await openSession();
  const cookie = await encode({ token: { sessionToken }, secret: browserSecret(world.deps.secret) });
  const own = { cookie: `a=b; next-auth.session-token=${cookie}`, host: "localhost:7443" };
  expect((await ask("session.viewer", { headers: own })).answer.result.data.json.viewer.kind).toBe("member");
  const post = (headers: Record<string, string>) =>
    ask("restores.open", {
      method: "POST",
      headers: { ...own, "content-type": "application/json", ...headers },
      body: JSON.stringify(superjson.serialize({})),
    });
  expect(await post({ "sec-fetch-site": "cross-site" })).toMatchObject({ status: 403, code: "not_allowed" });
  expect(await post({ origin: "https://evil.example" })).toMatchObject({ status: 403, code: "not_allowed" });
  expect(await post({ "sec-fetch-site": "same-origin", origin: ORIGIN })).toMatchObject({ status: 200 });
});

test("wrong passwords are refused by one name, and after ten of them for one account all tries are", async () => {
  const body = JSON.stringify(superjson.serialize({ email: "nobody@x.test", password: "not this one either" }));
  const attempt = () =>
    ask("session.create", { method: "POST", headers: { "content-type": "application/json" }, body });
  for (let tries = 0; tries < 10; tries += 1) {
    expect(await attempt()).toMatchObject({ status: 401, code: "wrong_credentials" });
  }
  expect(await attempt()).toMatchObject({ status: 429, code: "rate_limited" });
});

test("input that does not fit names the field; what does not exist, and bodies without end, are refused by name", async () => {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(superjson.serialize({ email: "no address", password: "x" }));
  const bad = await ask("session.create", { method: "POST", headers, body });
  expect(bad).toMatchObject({ status: 400, code: "bad_input" });
  expect(bad.answer.error.json.message).toBe("email: must be an e-mail address");
  expect(await ask("no.such", { headers })).toMatchObject({ status: 404, code: "not_found" });
  const large = await answerRequest(
    world.deps,
    new Request(`${ORIGIN}/api/trpc/session.create`, { method: "POST", headers, body: "x".repeat(1024 * 1024 + 1) }),
  );
  expect(large.status).toBe(413);
});

test("a stream of events begins at once, tells its reader apart from strangers, and ends when the reader leaves", async () => {
  const headers = { authorization: `Bearer ${await openSession()}` };
  const leave = new AbortController();
  const request = new Request(`${ORIGIN}/api/trpc/live.runs`, { headers, signal: leave.signal });
  const response = await answerRequest(world.deps, request);
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  // Compressed on its way, a stream would wait until there is enough of it.
  expect(response.headers.get("cache-control")).toContain("no-transform");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    text += part.value;
    if (text.includes(company.companyId)) break;
  }
  expect(text).toContain(company.companyId);
  expect(text).toMatch(/^event: connected\n/);
  expect(world.deps.runFeed.isWatched(company.companyId)).toBe(true);
  await reader?.cancel();
  leave.abort();
  await expect.poll(() => world.deps.runFeed.isWatched(company.companyId)).toBe(false);

  const refused = await answerRequest(world.deps, new Request(`${ORIGIN}/api/trpc/live.runs`));
  expect(await refused.text()).toMatch(/event: serialized-error\n.*sign_in_required/);
});
