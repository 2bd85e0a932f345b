import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isErrorCode } from "../contracts/errors.ts";
import { PACK_MAX_BYTES } from "../contracts/limits.ts";
import { concatBytes } from "../engine/codec/hex.ts";
import { encodeTreePage } from "../engine/format/tree-page.ts";
import type { KeyedCompany } from "../server/api/testing/keyed-company.ts";
import { createProcedureInputs } from "../server/api/testing/procedure-inputs.ts";
import { issueBulkToken } from "../server/auth/bulk-token.ts";
import { BULK_ROUTES } from "../server/gateway/bulk-routes.ts";
import { newId } from "../server/platform/ids.ts";
import { newMember, sealPack } from "../server/testing/company-world.ts";
import { filesBelow } from "./live-files.ts";
import {
  backUp,
  enrolMachine,
  expectCommand,
  listObjects,
  type Product,
  runCommand,
  startProduct,
  waitForZone2,
  waitUntil,
} from "./product.ts";
import { queryAll, takeEvidence } from "./testing-evidence.ts";
import { forgePacks } from "./testing-forged-packs.ts";
import {
  emptyChangeList,
  hashOf,
  Intruder,
  type IntruderRun,
  listProcedures,
  type RawAnswer,
  sendRaw,
} from "./testing-intruder.ts";
import { commitTree } from "./testing-lying-tree.ts";
import { createRival, type Rival } from "./testing-rival.ts";

let product: Product;
let rival: Rival;
let intruder: Intruder;
let rivalAgent: Intruder;
let run: IntruderRun;
let snapshotId: string;
let packIds: string[];

const zoneOf = (zone: string, companyId: string) => join(product.data, "zones", zone, "backup", "companies", companyId);
const packsOf = (companyId: string) =>
  listObjects(zoneOf("zone1", companyId)).filter((key) => /^(packs|meta)\//.test(key));

beforeAll(async () => {
  product = await startProduct();
  const source = join(product.folder, "source");
  mkdirSync(source);
  writeFileSync(join(source, "kept.bin"), randomBytes(300_000));
  const state = await enrolMachine(product, "seized");
  snapshotId = String((await backUp(state, [source])).last.snapshotId);
  rival = await createRival(product, source);
  intruder = new Intruder(product.url, state);
  rivalAgent = new Intruder(product.url, rival.state);
  packIds = packsOf(product.demo.companyId).map((key) => key.slice(-64));
  run = await intruder.startRun();
  await waitForZone2(product, snapshotId);
  await settle();
}, 400_000);

afterAll(() => product?.remove(), 60_000);

/** Until the worker has copied and recorded what was done before; it may leave a company alone for 30 s in between. */
async function settle(): Promise<void> {
  let before = "";
  let sinceMs = Date.now();
  await waitUntil("the provider's side coming to rest", 120_000, async () => {
    const lacking = await queryAll(
      product,
      "select 1 from pack_presence where state <> 'present' union all select 1 from object_presence where state <> 'present'",
    );
    const now = JSON.stringify(await takeEvidence(product));
    if (now !== before || lacking.length > 0) sinceMs = Date.now();
    before = now;
    return Date.now() - sinceMs >= QUIET_MS;
  });
}

/** Runs what must change nothing, and compares everything that the provider keeps. */
async function expectNoTrace(attack: () => Promise<void>): Promise<void> {
  const before = await takeEvidence(product);
  await attack();
  expect(await takeEvidence(product)).toEqual(before);
}

function expectRefused(what: string, answer: RawAnswer, codes?: readonly string[]): void {
  expect(answer.status, `${what}: ${answer.text.slice(0, 200)}`).toBeGreaterThanOrEqual(400);
  expect(isErrorCode(answer.code), `${what}: ${answer.code}`).toBe(true);
  expect(answer.code, what).not.toBe("internal");
  if (codes) expect(codes, what).toContain(answer.code);
}

const realPath = (path: string) =>
  path.replace(":packId", packIds[0] ?? "").replace(":snapshotId", snapshotId) +
  (path.endsWith("known-chunks") ? "?kind=1" : "");
const garbage = (method: string) => (method === "GET" ? undefined : randomBytes(64));

/** The worker looks every second, and moves its watermark after the last copy. */
const QUIET_MS = 2_500;

describe("an agent's credentials, in somebody else's hands", () => {
  it("read and delete nothing through the bulk routes, by any method", async () => {
    await expectNoTrace(async () => {
      for (const { path } of BULK_ROUTES) {
        for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
          const route = BULK_ROUTES.find((known) => known.path === path && known.method === method);
          const what = `${method} ${path}`;
          const answer = await run.bulk(method, realPath(path), garbage(method));
          if (route?.allows === "restore") expectRefused(what, answer, ["not_allowed"]);
          else if (route === undefined) expectRefused(what, answer, ["not_found"]);
          else if (path.endsWith("known-chunks")) expect(answer.code, what).toBe("ok");
          else expectRefused(what, answer, ["hash_mismatch", "manifest_invalid"]);
        }
      }
    });
  });

  it("find no object by a path that climbs, and nothing of the portal by a bulk token", async () => {
    const [id = ""] = packIds;
    const climbing = [
      "../../../secrets/process-secret",
      "..%2f..%2fcontrol/zone",
      `${id}/../../locate`,
      `${id}%00`,
      id.toUpperCase(),
    ];
    await expectNoTrace(async () => {
      for (const name of climbing) {
        for (const method of ["GET", "PUT", "DELETE"]) {
          const answer = await run.bulk(method, `/bulk/v1/packs/${name}`, garbage(method));
          expectRefused(`${method} ${name}`, answer, ["not_found"]);
        }
      }
      for (const path of ["/bulk", "//bulk/v1/packs/", "/bulk/../api/trpc/keys.get", "/bulk/v1/", "/bulk/v2/locate"]) {
        const answer = await run.bulk("GET", path);
        expect(answer.status, path).toBeGreaterThanOrEqual(300);
        expect(answer.text, path).not.toContain(product.demo.companyId);
      }
      for (const { path, isQuery, access } of listProcedures()) {
        if (access === "public") continue;
        const answer = await run.bulk(
          isQuery ? "GET" : "POST",
          `/api/trpc/${path}`,
          isQuery ? undefined : Buffer.from("{}"),
        );
        expectRefused(`bulk token on ${path}`, answer, ["sign_in_required", "agent_too_old", "bad_input"]);
      }
    });
  });

  it("change and show nothing through the control API but the agent's own runs", async () => {
    const { companyId, machineId, sourceId } = intruder.world;
    const { runId, fencingToken } = run.seal;
    const own = { companyId, machineId, sourceId, run: { runId, fencingToken }, agentId: "", personId: "" };
    const inputs = createProcedureInputs(
      { ...own, signKeys: intruder.identity.sign } satisfies KeyedCompany,
      randomUUID(),
    );
    const others = listProcedures().filter((procedure) => procedure.access !== "agent");
    expect(others.length).toBeGreaterThan(20);
    await expectNoTrace(async () => {
      for (const { path, access } of others) {
        const answer = await intruder.call(path, inputs[path]);
        if (path === "session.viewer") expect(answer.text).not.toContain(companyId);
        else expectRefused(path, answer, access === "public" ? undefined : ["not_allowed"]);
      }
      expectRefused("a definition that is none", await intruder.call("agent.putSource", { definition: "AAAA" }), [
        "source_invalid",
      ]);
      expect((await intruder.call("agent.hello")).code).toBe("ok");
    });
  });

  it("do nothing to a run of another agent of the same company", async () => {
    const { runId, fencingToken } = run.seal;
    const neighbour = new Intruder(product.url, product.demoAgentState);
    const progress = { files: 9, bytes: 9, storedBytes: 9 };
    const end = { runId, fencingToken, outcome: "failed", code: "not_mine" };
    await expectNoTrace(async () => {
      const lease = { runId, fencingToken, progress };
      expectRefused("heartbeat", await neighbour.call("agent.heartbeat", lease), ["lease_lost"]);
      expectRefused("endRun", await neighbour.call("agent.endRun", end), ["lease_lost"]);
      const { sourceId } = intruder.world;
      const start = await neighbour.call("agent.startRun", { sourceId, clientRunId: newId() });
      expectRefused("startRun", start, ["not_found"]);
    });
  });

  it("do nothing for another company's agent", async () => {
    const { sourceId } = intruder.world;
    const { runId, fencingToken } = run.seal;
    const theirs = await rivalAgent.startRun();
    await settle();
    await expectNoTrace(async () => {
      const progress = { files: 9, bytes: 9, storedBytes: 9 };
      expectRefused("heartbeat", await rivalAgent.call("agent.heartbeat", { runId, fencingToken, progress }));
      expectRefused(
        "endRun",
        await rivalAgent.call("agent.endRun", { runId, fencingToken, outcome: "failed", code: "x" }),
      );
      expectRefused("startRun", await rivalAgent.call("agent.startRun", { sourceId, clientRunId: newId() }), [
        "not_found",
      ]);
      const index = readFileSync(
        join(zoneOf("zone1", intruder.world.companyId), packsOf(intruder.world.companyId)[0] ?? ""),
      );
      const known = await theirs.bulk("POST", "/bulk/v1/known-chunks?kind=1", index.subarray(0, 32));
      expect(known.text).toBe("\0");
      for (const route of BULK_ROUTES.filter(({ allows }) => allows === "restore"))
        expectRefused(route.path, await theirs.bulk(route.method, realPath(route.path), garbage(route.method)), [
          "not_allowed",
        ]);
    });
    await theirs.end();
  });

  it("are refused when the token is forged, changed, or has expired", async () => {
    const [claims = "", mac = ""] = run.bulkToken.split(".");
    const swapped = Buffer.from(claims, "base64url")
      .toString()
      .replace(intruder.world.companyId, rivalAgent.world.companyId);
    const asReader = {
      kind: "restore",
      companyId: intruder.world.companyId,
      personId: newId(),
      exp: Date.now() + 60_000,
    };
    const secret = Buffer.from(readFileSync(join(product.data, "secrets", "process-secret"), "utf8"), "base64");
    const { agentId, machineId, companyId } = intruder.world;
    const { runId, fencingToken, zoneId } = run.seal;
    const grant = { kind: "run" as const, companyId, agentId, machineId, runId, fencingToken, zoneId };
    const expired = issueBulkToken(secret, grant, new Date(Date.now() - 3_600_000)).bulkToken;
    const encode = (value: string) => Buffer.from(value).toString("base64url");
    const forged = ["", "x", `${claims}.`, `${encode(swapped)}.${mac}`, `${encode(JSON.stringify(asReader))}.${mac}`];
    await expectNoTrace(async () => {
      for (const route of BULK_ROUTES) {
        const attempt = (token: string) => run.bulk(route.method, realPath(route.path), garbage(route.method), token);
        for (const token of forged) expectRefused(route.path, await attempt(token), ["bulk_token_invalid"]);
        expectRefused(route.path, await attempt(expired), ["bulk_token_expired"]);
      }
    });
  });

  it("are refused when a signed request is replayed, late, changed, or signed by somebody else", async () => {
    const { runId, fencingToken } = run.seal;
    const end = { runId, fencingToken, outcome: "failed", code: "gave_up" };
    const nonce = randomBytes(16).toString("base64url");
    const sentAtMs = Date.now();
    expect((await intruder.call("agent.hello", undefined, { nonce, sentAtMs })).code).toBe("ok");
    await expectNoTrace(async () => {
      const attempts: [string, Promise<RawAnswer>, string][] = [
        ["replayed", intruder.call("agent.hello", undefined, { nonce, sentAtMs }), "request_replayed"],
        ["replayed elsewhere", intruder.call("agent.endRun", end, { nonce }), "request_replayed"],
        ["late", intruder.call("agent.endRun", end, { sentAtMs: Date.now() - 6 * 60_000 }), "agent_clock_wrong"],
        ["early", intruder.call("agent.endRun", end, { sentAtMs: Date.now() + 6 * 60_000 }), "agent_clock_wrong"],
        ["changed", intruder.call("agent.endRun", end, { signedBody: Buffer.from("{}") }), "agent_signature_invalid"],
        [
          "moved",
          intruder.call("agent.endRun", end, { signedPath: "/api/trpc/agent.heartbeat" }),
          "agent_signature_invalid",
        ],
        [
          "asked otherwise",
          intruder.call("agent.log", { after: 0 }, { signedPath: "/api/trpc/agent.log" }),
          "agent_signature_invalid",
        ],
        [
          "another's key",
          intruder.call("agent.endRun", end, { secretKey: rivalAgent.identity.sign.secretKey }),
          "agent_signature_invalid",
        ],
        [
          "another's name",
          intruder.call("agent.endRun", end, { agentId: rivalAgent.identity.agentId }),
          "agent_signature_invalid",
        ],
        ["nobody's name", intruder.call("agent.endRun", end, { agentId: newId() }), "agent_signature_invalid"],
      ];
      for (const [what, attempt, code] of attempts) expectRefused(what, await attempt, [code]);
    });
  });
});

describe("packs that are not what they should be", () => {
  it("are refused by name and leave nothing behind", async () => {
    const foreign = packsOf(rivalAgent.world.companyId)[0] ?? "";
    const replayed = readFileSync(join(zoneOf("zone1", rivalAgent.world.companyId), foreign));
    const { bytes, forged } = forgePacks(run, rivalAgent);
    forged.push(["a replayed pack of another company", replayed]);
    await settle();
    await expectNoTrace(async () => {
      for (const [what, pack] of forged) expectRefused(what, await run.putPack(pack), ["pack_invalid"]);
      const name = hashOf(bytes);
      expectRefused("other bytes", await run.putPack(replayed, name), ["hash_mismatch"]);
      expectRefused("a part of it", await run.putPack(bytes.slice(0, -1), name), ["hash_mismatch"]);
      const headers = { authorization: `Bearer ${run.bulkToken}`, "content-length": String(PACK_MAX_BYTES + 1) };
      const path = `/bulk/v1/packs/${name}`;
      expectRefused("oversized", await sendRaw(product.url, { method: "PUT", path, headers }), ["too_large"]);
    });
  });
});

describe("manifests that are not what they should be", () => {
  it("are refused by name", async () => {
    const { world } = intruder;
    const changes = emptyChangeList(world);
    const page = newMember(world, 2, encodeTreePage({ type: "directory-leaf", entries: [] }));
    const chain = await run.chain();
    const make = (wrong: Parameters<typeof run.manifest>[3] = {}, at = run) =>
      at.manifest(page.id, changes.id, chain, wrong);
    expectRefused("reaching what nobody sent", await run.commit(make()), ["missing_objects"]);
    await run.putAll(sealPack(run.seal, "meta", [changes, page]).bytes);
    await settle();
    const stored =
      listObjects(zoneOf("zone1", world.companyId)).find((key) => /^snapshots\/.*[0-9a-f]$/.test(key)) ?? "";
    const flipped = make();
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    const unsigned = make();
    unsigned[310] = (unsigned[310] ?? 0) ^ 1;
    const invalid: [string, Uint8Array][] = [
      ["another machine", make({ machineId: newId() })],
      ["another source", make({ sourceId: newId() })],
      ["another run", make({ runId: newId() })],
      ["another company", make({ companyId: rivalAgent.world.companyId })],
      ["another certificate", make({ agentCertHash: rivalAgent.world.certHash })],
      ["another epoch than its slot", make({ epoch: 2 })],
      ["a changed signature", unsigned],
      ["a changed sealed part", flipped],
      ["truncated", make().slice(0, -20)],
      ["a replayed one of another run", readFileSync(join(zoneOf("zone1", world.companyId), stored))],
    ];
    await expectNoTrace(async () => {
      for (const [what, manifest] of invalid) expectRefused(what, await run.commit(manifest), ["manifest_invalid"]);
      const unordered = [
        make({ sequence: chain.sequence + 1 }),
        make({ sequence: 1, previousHeaderHash: new Uint8Array(32) }),
        make({ previousHeaderHash: randomBytes(32) }),
      ];
      for (const manifest of unordered)
        expectRefused("out of order", await run.commit(manifest), ["sequence_conflict"]);
      for (const id of [randomBytes(32), changes.id]) {
        const manifest = run.manifest(id, id === changes.id ? randomBytes(32) : changes.id, chain);
        expectRefused("reaching what is not there", await run.commit(manifest), ["missing_objects"]);
      }
    });
    const first = await run.commit(make());
    expect(first.status, first.text).toBe(201);
    const second = await intruder.startRun();
    await second.end();
    await settle();
    await expectNoTrace(async () => {
      const late = second.manifest(page.id, changes.id, await second.chain());
      expectRefused("under a lost lease", await second.commit(late), ["lease_lost"]);
      const [held] = [sealPack(second.seal, "meta", [page])];
      expectRefused("a pack under a lost lease", await second.putPack(held.bytes), ["lease_lost"]);
    });
  });
});

describe("a snapshot of an enrolled agent that lies", () => {
  const chunk = () => newMember(intruder.world, 1, randomBytes(70_000));

  it("is restored when it does not lie, so that the trial itself is proven", async () => {
    const content = [chunk(), chunk()];
    const id = await commitTree(intruder, { content, childIds: content.map((member) => member.id) });
    const out = join(product.folder, "honest");
    await expectCommand(["restore", id, "--to", out, "--json"], product.ownerEnv);
    const whole = Buffer.from(concatBytes(...content.map(({ plain }) => plain)));
    expect(readFileSync(join(out, "victim.txt"))).toEqual(whole);
  });

  it("is named by the owner's client when a page's child list is wrong", async () => {
    const [reached, other] = [chunk(), chunk()];
    const swapInDirectory = (pack: Uint8Array) => {
      pack.set(other.id, Buffer.from(pack).lastIndexOf(Buffer.from(reached.id)));
    };
    const lies = [
      { what: "says nothing of a chunk that was never sent", content: [chunk()], sent: [reached], childIds: [] },
      { what: "names another chunk", content: [reached], sent: [reached, other], childIds: [other.id] },
      { what: "names the chunks in another order", content: [reached, other], childIds: [other.id, reached.id] },
      { what: "was changed after sealing", content: [reached], childIds: [reached.id], change: swapInDirectory },
    ];
    for (const lie of lies) {
      const id = await commitTree(intruder, lie);
      const out = join(product.folder, `lie-${id}`);
      const [verified, restored] = await Promise.all([
        runCommand(["verify", id, "--json"], product.ownerEnv),
        runCommand(["restore", id, "--to", out, "--json"], product.ownerEnv),
      ]);
      expect([verified.code, restored.code], lie.what).toEqual([1, 1]);
      expect(verified.stdout, lie.what).toMatch(/child list|not genuine|not what was sealed|no_good_copy/);
      expect(filesBelow(out), lie.what).toEqual([]);
    }
  });

  it("is named, file by file, when a chunk's name belongs to other content", async () => {
    const content = [chunk(), { ...chunk(), plain: randomBytes(70_000) }];
    const id = await commitTree(intruder, { content, childIds: content.map((member) => member.id) });
    const out = join(product.folder, "garbled");
    const restored = await expectCommand(["restore", id, "--to", out, "--json"], product.ownerEnv, [1]);
    expect(restored.lines.map(({ path }) => path)).toContain("/victim.txt");
    expect(filesBelow(out)).toEqual([]);
  });
});
