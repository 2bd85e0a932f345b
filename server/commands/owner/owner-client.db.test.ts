import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { enrolmentIdSchema } from "../../../contracts/ids.ts";
import { fromBase64 } from "../../../engine/codec/hex.ts";
import { openEnrolment } from "../../../engine/keys/enrolment.ts";
import { parseSecretLink } from "../../../engine/keys/link-secret.ts";
import { getCompanySecret, requireRoot } from "../../../engine/keys/owner-keys.ts";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { createEnrolment } from "../../api/client/create-enrolment.ts";
import { createPortalClient } from "../../api/client/portal-client.ts";
import { updateClientState } from "./client-state.ts";
import { nodeKeyTools, openOwnerSession } from "./owner-session.ts";
import { openTestPortal, STAFF, type TestPortal } from "./testing/test-portal.ts";

const Failure = z.object({ error: z.object({ code: z.string() }) });
const PROJECT_ROOT = join(import.meta.dirname, "../../..");
const OWNER_PASSWORD = "the owner's login";

let portal: TestPortal;
let owner: { companyId: string; email: string; passphrase: string; recoveryKey: string };

beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.close());

interface Outcome {
  readonly code: number;
  readonly lines: Record<string, unknown>[];
}

/** Runs the real command in a process of its own. */
async function holdfast(env: Record<string, string>, ...words: string[]): Promise<Outcome> {
  const all = { HOLDFAST_PORTAL: portal.portalUrl, HOLDFAST_CLIENT_STATE: statePath("owner"), ...env };
  const args = [join(PROJECT_ROOT, "bin/main.ts"), ...words, "--json"];
  const options = { env: { NODE_ENV: "test" as const, PATH: process.env.PATH ?? "", ...all } };
  const { code, stdout } = await promisify(execFile)(process.execPath, args, options).then(
    (done) => ({ ...done, code: 0 }),
    (failed: { code: number; stdout: string }) => failed,
  );
  const texts = stdout.split("\n").filter((line) => line !== "");
  return { code, lines: texts.map((line) => JSON.parse(line)) };
}

const statePath = (name: string) => join(portal.folder, "clients", `${name}.json`);
const staffEnv = () => ({
  HOLDFAST_EMAIL: STAFF.email,
  HOLDFAST_PASSWORD: STAFF.password,
  HOLDFAST_CLIENT_STATE: statePath("staff"),
});
const ownerEnv = () => ({
  HOLDFAST_PORTAL: portal.portalUrl,
  HOLDFAST_CLIENT_STATE: statePath("owner"),
  HOLDFAST_EMAIL: owner.email,
  HOLDFAST_PASSWORD: OWNER_PASSWORD,
  HOLDFAST_PASSPHRASE: owner.passphrase,
});

describe("from nothing to an enrolled machine, by the command line", () => {
  test("staff create a company, and its owner makes the keys", async () => {
    const created = await holdfast(staffEnv(), "companies", "create", "A Company", "--owner", "Owner@Company.example");
    expect(created.code).toBe(0);
    const link = String(created.lines[0]?.link);
    expect(link).toMatch(new RegExp(`^${portal.portalUrl}/join/[0-9a-f-]{36}#[A-Za-z0-9_-]{43}$`));
    const made = await holdfast({ HOLDFAST_PASSWORD: OWNER_PASSWORD }, "keys", "create", link);
    expect(made.lines).toMatchObject([{ email: "owner@company.example" }]);
    const [keys] = made.lines;
    expect(String(keys?.recoveryKey).split(" ")).toHaveLength(24);
    expect(keys?.companyId).toBe(created.lines[0]?.companyId);
    owner = {
      companyId: String(keys?.companyId),
      email: String(keys?.email),
      passphrase: String(keys?.passphrase),
      recoveryKey: String(keys?.recoveryKey),
    };
    const again = await holdfast({ HOLDFAST_PASSWORD: OWNER_PASSWORD }, "keys", "create", link);
    expect(again.code).toBe(1);
    expect(again.lines.at(-1)).toMatchObject({ error: { code: "invitation_used" } });
  });

  test("the owner unlocks, and prints a link that opens with itself alone", async () => {
    const { code, lines } = await holdfast(ownerEnv(), "enrolments", "create", "--name", "A Server");
    expect(code).toBe(0);
    const { linkId, secret } = parseSecretLink("enrol", String(lines.at(-1)?.link));
    const client = createPortalClient({ portalUrl: portal.portalUrl });
    const served = await client.enrolments.open.query({ enrolmentId: enrolmentIdSchema.parse(linkId) });
    expect(served.machineNameHint).toBe("A Server");
    const opened = openEnrolment(nodePrimitives, {
      enrolmentId: linkId,
      secret,
      payload: fromBase64(served.payload),
      log: served.log.map(fromBase64),
      now: new Date(),
    });
    expect(opened.companyId).toBe(owner.companyId);
    expect(opened.log.head.number).toBe(3);
  });

  test("machines and snapshots are listed, and a remembered sign-in is enough", async () => {
    const remembered = { HOLDFAST_EMAIL: owner.email };
    expect(await holdfast(remembered, "machines")).toEqual({ code: 0, lines: [] });
    expect(await holdfast(remembered, "snapshots")).toEqual({ code: 0, lines: [] });
    const signedIn = await holdfast(staffEnv(), "login");
    expect(signedIn.lines).toMatchObject([{ email: STAFF.email, kind: "staff", role: "admin", companyId: null }]);
  });

  test("no key and no passphrase is kept by the client", async () => {
    const kept = await readFile(statePath("owner"), "utf8");
    for (const secret of [owner.passphrase, owner.recoveryKey, OWNER_PASSWORD]) expect(kept).not.toContain(secret);
  });
});

describe("what goes wrong is named", () => {
  test("a wrong password, a wrong passphrase, staff who would unlock, a missing variable", async () => {
    const fresh = { HOLDFAST_CLIENT_STATE: statePath("fresh") };
    const codeOf = async (env: Record<string, string>) => {
      const { code, lines } = await holdfast(env, "enrolments", "create");
      return [code, Failure.parse(lines.at(-1)).error.code];
    };
    expect(await codeOf({ ...ownerEnv(), ...fresh, HOLDFAST_PASSWORD: "another" })).toEqual([1, "wrong_credentials"]);
    expect(await codeOf({ ...ownerEnv(), HOLDFAST_PASSPHRASE: "another" })).toEqual([1, "wrong_passphrase"]);
    expect(await codeOf({ ...staffEnv(), HOLDFAST_PASSPHRASE: "any" })).toEqual([1, "not_a_member"]);
    expect(await codeOf({ ...ownerEnv(), HOLDFAST_PASSPHRASE: "" })).toEqual([2, "usage"]);
    expect(await codeOf({ ...fresh, HOLDFAST_EMAIL: "" })).toEqual([2, "usage"]);
  });
});

describe("an owner's session", () => {
  test("opens as much by the recovery key as by the passphrase", async () => {
    const byPassphrase = await openOwnerSession({ env: ownerEnv() });
    const env = { ...ownerEnv(), HOLDFAST_PASSPHRASE: "", HOLDFAST_RECOVERY_KEY: owner.recoveryKey };
    const byRecovery = await openOwnerSession({ env });
    expect(requireRoot(byRecovery.owner).seed).toEqual(requireRoot(byPassphrase.owner).seed);
    expect(getCompanySecret(byRecovery.owner, 1)).toEqual(getCompanySecret(byPassphrase.owner, 1));
    expect(byRecovery.owner.chunkIdKeys).toEqual(byPassphrase.owner.chunkIdKeys);
    const warnings: string[] = [];
    const elsewhere = { ...env, HOLDFAST_CLIENT_STATE: statePath("elsewhere") };
    await openOwnerSession({ env: elsewhere, tell: (message) => warnings.push(message) });
    expect(warnings.join()).toMatch(/never saw this company before/);
  });

  test("gets a token for the gateway", async () => {
    const session = await openOwnerSession({ env: ownerEnv() });
    const { bulkToken, expiresAt } = await session.openRestore();
    expect(bulkToken).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/);
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
  });

  test("writes to the log although another session wrote first", async () => {
    const [first, second] = [await openOwnerSession({ env: ownerEnv() }), await openOwnerSession({ env: ownerEnv() })];
    const expiresAt = new Date(Date.now() + 3_600_000);
    const one = await createEnrolment(nodeKeyTools, first, { expiresAt });
    const two = await createEnrolment(nodeKeyTools, second, { expiresAt });
    expect(two.owner.log.head.number).toBe(one.owner.log.head.number + 1);
  });

  test("refuses a log that goes back behind what this computer saw, and another root", async () => {
    const env = { ...ownerEnv(), HOLDFAST_CLIENT_STATE: statePath("pinned") };
    const { owner: keys } = await openOwnerSession({ env });
    const { rootFingerprint, head } = keys.log;
    const pin = async (pinned: typeof keys.log.head, fingerprint: string) => {
      const companies = { [owner.companyId]: { rootFingerprint: fingerprint, head: pinned, controlTerm: 1 } };
      await updateClientState(env.HOLDFAST_CLIENT_STATE, (state) => ({ ...state, companies }));
      return openOwnerSession({ env });
    };
    await expect(pin({ ...head, number: head.number + 1 }, rootFingerprint)).rejects.toMatchObject({
      code: "log_truncated",
    });
    await expect(pin({ ...head, hash: "0".repeat(64) }, rootFingerprint)).rejects.toMatchObject({
      code: "log_changed",
    });
    await expect(pin(head, "0".repeat(64))).rejects.toMatchObject({ code: "root_changed" });
  });
});
