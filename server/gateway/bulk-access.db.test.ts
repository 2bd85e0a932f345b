import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeRandomness } from "../../engine/primitives/node.ts";
import { type CompanyWorld, createCompanyWorld, sealTestSnapshot, type TestRun } from "../testing/company-world.ts";
import { BULK_ROUTES, type BulkRoute } from "./bulk-routes.ts";
import {
  BulkClient,
  type GatewayWorld,
  openGatewayWorld,
  openRun,
  readerGrant,
  runGrant,
  tokenFor,
} from "./testing/gateway-world.ts";

let gateway: GatewayWorld;
let own: CompanyWorld;
let other: CompanyWorld;
let otherRun: TestRun;
let run: TestRun;
let packId: string;
let snapshotId: string;

beforeAll(async () => {
  gateway = await openGatewayWorld();
  own = await createCompanyWorld(gateway.store);
  other = await createCompanyWorld(gateway.store);
  const opened = await openRun(gateway, own);
  run = opened.run;
  const sealed = sealTestSnapshot(run, [nodeRandomness.bytes(3_000)]);
  for (const pack of [sealed.contentPack, sealed.metaPack]) {
    await opened.client.outcome("PUT", `/bulk/v1/packs/${pack.packId}`, pack.bytes);
  }
  const committed = await opened.client.call("POST", "/bulk/v1/commit-snapshot", sealed.manifest);
  snapshotId = (await committed.json()).snapshotId;
  packId = sealed.contentPack.packId;
  otherRun = (await openRun(gateway, other)).run;
});
afterAll(() => gateway.close());

const pathOf = (route: BulkRoute) =>
  `${route.path.replace(":packId", packId).replace(":snapshotId", snapshotId)}${route.path.endsWith("known-chunks") ? "?kind=1" : ""}`;

function ask(route: BulkRoute, token: string): Promise<string> {
  const body = route.method === "GET" ? undefined : nodeRandomness.bytes(64);
  return new BulkClient(gateway, token).outcome(route.method, pathOf(route), body);
}

describe.each(BULK_ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))("%s", (_name, route) => {
  test("refuses the other kind of token", async () => {
    const grant = route.allows === "run" ? readerGrant(own) : runGrant(run);
    expect(await ask(route, tokenFor(gateway, grant))).toBe("403 not_allowed");
  });

  test("refuses visitors, forged and changed tokens", async () => {
    const grant = route.allows === "run" ? runGrant(run) : readerGrant(own);
    const good = tokenFor(gateway, grant);
    const [claims = "", mac = ""] = good.split(".");
    const raised = Buffer.from(claims, "base64url").toString().replace(own.companyId, other.companyId);
    const forged = tokenFor({ ...gateway, secret: nodeRandomness.bytes(32) }, grant);
    for (const token of ["", "x", `${claims}.`, forged, `${Buffer.from(raised).toString("base64url")}.${mac}`]) {
      expect(await ask(route, token)).toBe("401 bulk_token_invalid");
    }
  });

  test("refuses an expired token", async () => {
    const grant = route.allows === "run" ? runGrant(run) : readerGrant(own);
    expect(await ask(route, tokenFor(gateway, grant, -1))).toBe("401 bulk_token_expired");
  });

  test("shows another company's token nothing of this company", async () => {
    const grant = route.allows === "run" ? runGrant(otherRun) : readerGrant(other);
    const outcome = await ask(route, tokenFor(gateway, grant));
    if (/\/(known-chunks|locate|locate-copies)$/.test(route.path)) expect(outcome).toBe("200");
    else expect(outcome).toMatch(/^(404 not_found|400 (bad_input|hash_mismatch|pack_invalid|manifest_invalid))$/);
  });
});

test("another company's ids are unknown to questions that answer 200", async () => {
  const row = await gateway.store.findPack(own.companyId, packId);
  const zone = gateway.zones.find("zone1");
  expect(row && zone).toBeTruthy();
  const ids = await idsOf(packId);
  const known = await new BulkClient(gateway, tokenFor(gateway, runGrant(otherRun))).call(
    "POST",
    "/bulk/v1/known-chunks?kind=1",
    ids,
  );
  expect([...new Uint8Array(await known.arrayBuffer())]).toEqual([0]);
  const located = await new BulkClient(gateway, tokenFor(gateway, readerGrant(other))).call(
    "POST",
    "/bulk/v1/locate",
    ids,
  );
  expect(await located.json()).toEqual({ packs: [], at: [null] });
  const strange = new BulkClient(gateway, tokenFor(gateway, readerGrant(other)));
  const copies = await strange.call("POST", "/bulk/v1/locate-copies", ids);
  expect(await copies.json()).toEqual({ packs: [], at: [[]] });
});

/** The first member id of the pack, read back as its company's reader. */
async function idsOf(of: string): Promise<Uint8Array> {
  const { parsePackIndex } = await import("../../engine/format/pack-index.ts");
  const answer = await new BulkClient(gateway, tokenFor(gateway, readerGrant(own))).call(
    "GET",
    `/bulk/v1/packs/${of}/index`,
  );
  const index = parsePackIndex(new Uint8Array(await answer.arrayBuffer()));
  return index.frames[0]?.memberIds[0] ?? new Uint8Array(32);
}
