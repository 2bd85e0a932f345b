import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fromBase64, toBase64, toHex } from "../engine/codec/hex.ts";
import { checkAgentCertificate } from "../engine/keys/agent-certificate.ts";
import { type CreatedCompanyKeys, createCompanyKeys } from "../engine/keys/company-keys.ts";
import { verifyCompanyLog } from "../engine/keys/company-log.ts";
import { type CreatedEnrolment, createEnrolment } from "../engine/keys/enrolment.ts";
import { formatSecretLink } from "../engine/keys/link-secret.ts";
import { nodePrimitives as primitives, nodeRandomness as randomness } from "../engine/primitives/node.ts";
import { enrolAgent } from "./enrol-agent.ts";
import { getIdentity } from "./state/identity.ts";
import { getPins } from "./state/pins.ts";
import { openStateFolder } from "./state/state-folder.ts";
import { type FakeAnswer, type FakeCall, FakePortal } from "./testing/fake-portal.ts";

const tools = { primitives, randomness };
const companyId = "01890000-0000-7000-8000-000000000001";
const enrolmentId = "01890000-0000-7000-8000-000000000009";
const at = new Date();
let company: CreatedCompanyKeys;
let other: CreatedCompanyKeys;
let enrolment: CreatedEnrolment;

beforeAll(async () => {
  const input = { companyId, memberId: "01890000-0000-7000-8000-000000000002", passphrase: "six words of a list", at };
  company = await createCompanyKeys(tools, input);
  other = await createCompanyKeys(tools, input);
  const expiresAt = new Date(at.getTime() + 3_600_000);
  enrolment = createEnrolment(tools, { owner: company.owner, enrolmentId, at, expiresAt });
}, 30_000);

let folder: string;
let portal: FakePortal;
let link: string;
let answerComplete: (call: FakeCall) => FakeAnswer;
let log: readonly Uint8Array[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-enrol-"));
  log = [...company.log, enrolment.statement];
  answerComplete = accept;
  portal = new FakePortal((call) => {
    if (call.procedure !== "enrolments.open") return answerComplete(call);
    const payload = toBase64(enrolment.payload);
    return { result: { companyId, payload, log: log.map(toBase64), machineNameHint: "proposed" } };
  });
  link = formatSecretLink("enrol", { origin: await portal.open(), linkId: enrolmentId, secret: enrolment.secret });
});
afterEach(async () => {
  await portal.close();
  rmSync(folder, { recursive: true, force: true });
});

function completeInput({ input }: FakeCall): { readonly certificate: string; readonly machineName: string } {
  return input as { certificate: string; machineName: string };
}

function accept(call: FakeCall): FakeAnswer {
  const certified = verifyCompanyLog(primitives, {
    companyId,
    objects: [...company.log, enrolment.statement],
    rootFingerprint: company.owner.log.rootFingerprint,
  });
  const { agentId, machineId } = checkAgentCertificate(
    primitives,
    certified,
    fromBase64(completeInput(call).certificate),
  );
  return { result: { agentId, machineId } };
}

const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => "enrolled",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : String(error)),
  );

describe("enrolling with nobody present", () => {
  test("makes keys that only this user can read, certified under the company's root", async () => {
    const enrolled = await enrolAgent({ link, stateFolder: folder });
    expect(enrolled).toMatchObject({ companyId, machineName: "proposed" });
    const state = openStateFolder(folder);
    expect(statSync(state.identity).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(state.identity)) {
      expect(statSync(join(state.identity, name)).mode & 0o777).toBe(0o600);
    }
    const identity = getIdentity(state);
    expect(identity.agentId).toBe(enrolled.agentId);
    expect(identity.rootFingerprint).toBe(company.owner.log.rootFingerprint);
    expect(getPins(state)).toMatchObject({ logNumber: enrolment.head.number, logHash: enrolment.head.hash, epoch: 1 });
  });

  test("nothing that opens anything reaches the portal, and the one-time secret is not kept", async () => {
    await enrolAgent({ link, stateFolder: folder });
    const { identity } = openStateFolder(folder);
    const kept = readdirSync(identity)
      .map((name) => readFileSync(join(identity, name), "utf8"))
      .join();
    const sent = portal.calls.map((call) => call.body.toString() + JSON.stringify(call.input)).join();
    const chunkIdKey = company.owner.chunkIdKeys.get(0) ?? new Uint8Array(0);
    for (const secret of [enrolment.secret, chunkIdKey]) {
      for (const text of [toHex(secret), toBase64(secret), Buffer.from(secret).toString("base64url")]) {
        expect(sent).not.toContain(text);
      }
    }
    expect(kept).not.toContain(toBase64(enrolment.secret));
  });

  test("goes on with the same keys when the answer was lost on the way", async () => {
    let attempts = 0;
    const certificates = new Set<string>();
    answerComplete = (call) => {
      certificates.add(completeInput(call).certificate);
      attempts += 1;
      return attempts === 1 ? { code: "enrolment_expired", status: 410 } : accept(call);
    };
    expect(await codeOf(enrolAgent({ link, stateFolder: folder }))).toBe("enrolment_expired");
    expect(await codeOf(enrolAgent({ link, stateFolder: folder }))).toBe("enrolled");
    expect(certificates.size).toBe(1);
  });

  test("tries again by itself when the connection breaks", async () => {
    let attempts = 0;
    answerComplete = (call) => (attempts++ === 0 ? "break the connection" : accept(call));
    expect(await codeOf(enrolAgent({ link, stateFolder: folder }))).toBe("enrolled");
  });
});

describe("what an enrolment refuses by name", () => {
  test("a link that was cut, a second enrolment, a used link", async () => {
    expect(await codeOf(enrolAgent({ link: link.slice(0, -3), stateFolder: folder }))).toBe("bad_link");
    answerComplete = () => ({ code: "enrolment_used", status: 409 });
    expect(await codeOf(enrolAgent({ link, stateFolder: folder }))).toBe("enrolment_used");
    answerComplete = accept;
    await enrolAgent({ link, stateFolder: folder });
    expect(await codeOf(enrolAgent({ link, stateFolder: folder }))).toBe("already_enrolled");
  });

  test("a log under another root, and a log that was cut", async () => {
    log = other.log;
    expect(await codeOf(enrolAgent({ link, stateFolder: folder }))).toBe("log_wrong_root");
    log = company.log.slice(0, 1);
    expect(await codeOf(enrolAgent({ link, stateFolder: folder }))).toBe("log_truncated");
    expect(readdirSync(join(folder, "identity"))).toEqual([]);
  });

  test("a portal that answers with another agent", async () => {
    answerComplete = () => ({ result: { agentId: enrolmentId, machineId: enrolmentId } });
    expect(await codeOf(enrolAgent({ link, stateFolder: folder }))).toBe("enrolment_swapped");
  });
});
