import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GatewayWorld, openGatewayWorld } from "./testing/gateway-world.ts";

const SHA = "ab".repeat(32);
const ARCHIVE = Buffer.alloc(300_000, "archive ");

let gateway: GatewayWorld;
let folder: string;

beforeAll(async () => {
  gateway = await openGatewayWorld();
  folder = join(gateway.folder, "agents");
});
afterAll(() => gateway.close());

test("before anything is offered the front door says so, and to a browser it is no error", async () => {
  expect((await fetch(`${gateway.url}/agent/release.json`)).status).toBe(204);
  const absent = await fetch(`${gateway.url}/agent/${SHA}.tar.gz`);
  expect(absent.status).toBe(404);
  expect(await absent.json()).toMatchObject({ code: "not_found" });
});

test("archives come whole, with their length, to whoever asks, and may be kept for ever", async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, `${SHA}.tar.gz`), ARCHIVE);
  writeFileSync(join(folder, "release.json"), '{"v":1}');
  for (const method of ["GET", "HEAD"]) {
    const answer = await fetch(`${gateway.url}/agent/${SHA}.tar.gz`, { method });
    expect(answer.headers.get("content-length")).toBe(String(ARCHIVE.length));
    expect(answer.headers.get("cache-control")).toContain("immutable");
    expect(answer.headers.get("content-type")).toBe("application/gzip");
    const body = Buffer.from(await answer.arrayBuffer());
    expect(body.equals(method === "GET" ? ARCHIVE : Buffer.alloc(0))).toBe(true);
  }
  const offer = await fetch(`${gateway.url}/agent/release.json`);
  expect(offer.headers.get("cache-control")).toBe("no-store");
  expect(await offer.json()).toEqual({ v: 1 });
});

test("nothing else of the folder or above it is served, and nothing can be put there", async () => {
  writeFileSync(join(folder, "secret.txt"), "secret");
  const paths = [
    "secret.txt",
    `${SHA}.tar.gz.draft`,
    "../zone1/control/zone",
    "%2e%2e/secrets",
    `${SHA.toUpperCase()}.sh`,
    "",
  ];
  for (const path of paths) {
    const status = (await fetch(`${gateway.url}/agent/${path}`)).status;
    // What fetch itself resolves to another address reaches the portal, which is not there.
    expect([404, 503], path).toContain(status);
  }
  for (const method of ["PUT", "POST", "DELETE"]) {
    const answer = await fetch(`${gateway.url}/agent/${SHA}.tar.gz`, { method });
    expect(answer.status).toBe(404);
  }
  rmSync(join(folder, "secret.txt"));
});
