import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EnvironmentError, parseEnv } from "./env.ts";
import { createSecret } from "./secrets.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-env-"));
afterAll(() => rmSync(folder, { recursive: true }));

function completeVariables(): NodeJS.ProcessEnv {
  const secretFile = join(folder, "secret");
  writeFileSync(secretFile, `${createSecret()}\n`);
  return {
    NODE_ENV: "test",
    DATABASE_URL: "postgresql://app:x@127.0.0.1:5432/holdfast",
    DATABASE_WORKER_URL: "postgresql://worker:x@127.0.0.1:5432/holdfast",
    HOLDFAST_SECRET_FILE: secretFile,
    HOLDFAST_ZONES: JSON.stringify([{ zoneId: "zone1", ordinal: 1, name: "Zone 1", kind: "fs", path: "/zones/zone1" }]),
    HOLDFAST_PUBLIC_URL: "http://localhost:7443/",
    HOLDFAST_PORTAL_ADDRESS: "http://127.0.0.1:4000",
    HOLDFAST_PORT: "7443",
  };
}

test("a complete environment is parsed, and addresses lose their last slash", () => {
  const env = parseEnv(completeVariables());
  expect(env.secret).toHaveLength(32);
  expect(env.publicUrl).toBe("http://localhost:7443");
  expect(env.zones).toEqual([{ zoneId: "zone1", ordinal: 1, name: "Zone 1", kind: "fs", path: "/zones/zone1" }]);
  expect(env.port).toBe(7443);
});

test("every variable that is missing or wrong is named", () => {
  const variables = { ...completeVariables(), DATABASE_URL: undefined, HOLDFAST_ZONES: "{", HOLDFAST_PORT: "70000" };
  const attempt = () => parseEnv(variables);
  expect(attempt).toThrow(EnvironmentError);
  for (const name of ["DATABASE_URL", "HOLDFAST_ZONES", "HOLDFAST_PORT"]) expect(attempt).toThrow(name);
});

test("a zone in buckets is named without its keys, and one that makes no sense is named by what is wrong", () => {
  const zone = {
    zoneId: "zone2",
    ordinal: 2,
    name: "Zone 2",
    kind: "s3",
    endpoint: "https://s3.example.com",
    buckets: { backup: "holdfast-backup", archive: "holdfast-archive" },
    credentials: { accessKeyIdVariable: "ZONE2_KEY", secretAccessKeyVariable: "ZONE2_SECRET" },
  };
  const parse = (change: object) =>
    parseEnv({ ...completeVariables(), HOLDFAST_ZONES: JSON.stringify([{ ...zone, ...change }]) });
  expect(parse({}).zones).toEqual([{ ...zone, region: "us-east-1", isPathStyle: true }]);
  expect(() => parse({ endpoint: "s3.example.com" })).toThrow("HOLDFAST_ZONES.0.endpoint: is an address");
  expect(() => parse({ credentials: { secretAccessKey: "tops3cret" } })).toThrow("HOLDFAST_ZONES.0.credentials");
  expect(() => parse({ credentials: { secretAccessKey: "tops3cret" } })).not.toThrow("tops3cret");
  expect(() => parse({ ordinal: 0 })).toThrow("HOLDFAST_ZONES.0.ordinal");
});

test("a scrub takes 30 days unless somebody says otherwise, from two days to a year", () => {
  expect(parseEnv(completeVariables()).scrubDays).toBe(30);
  expect(parseEnv({ ...completeVariables(), HOLDFAST_SCRUB_DAYS: "7" }).scrubDays).toBe(7);
  for (const days of ["1", "366", "soon"]) {
    expect(() => parseEnv({ ...completeVariables(), HOLDFAST_SCRUB_DAYS: days }), days).toThrow("HOLDFAST_SCRUB_DAYS");
  }
});

test("a secret of the wrong length is refused", () => {
  const variables = completeVariables();
  const secretFile = join(folder, "short");
  writeFileSync(secretFile, "c2hvcnQ=");
  expect(() => parseEnv({ ...variables, HOLDFAST_SECRET_FILE: secretFile })).toThrow("32 bytes");
});
