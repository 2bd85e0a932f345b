import { randomBytes, randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { appendStatement } from "../../../engine/keys/company-log.ts";
import { requireRoot } from "../../../engine/keys/owner-keys.ts";
import { createCompany } from "../company/create-company.ts";
import { getInvitation } from "../company/get-invitation.ts";
import { openEnrolment } from "../enrolment/open-enrolment.ts";
import { signIn } from "../person/sign-in.ts";
import { putSource } from "../source/put-source.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { createDomainScene, type DomainScene, enrolTestAgent } from "../testing/domain-scene.ts";
import { appendLog } from "./append-log.ts";
import { readCompanyLog } from "./company-log.ts";
import { getKeys } from "./get-keys.ts";

let scene: DomainScene;

beforeEach(async () => {
  scene = await createDomainScene(createMemoryStore(() => new Date()));
});

async function revocation(agentCertHash: string, keys = scene.keys): Promise<Uint8Array> {
  const { head } = await readCompanyLog(scene.deps, scene.companyId);
  return appendStatement(scene.deps.primitives, {
    rootKey: requireRoot(keys.owner).keys,
    companyId: scene.companyId,
    head,
    at: new Date(),
    statement: { kind: "revoke-agent", agentCertHash, lastSequence: 0 },
  }).object;
}

describe("a company's keys", () => {
  test("lie in every zone, named by number and hash, and come back as they were", async () => {
    const { deps, companyId, ownerId, keys, zoneObjects } = scene;
    const kept = await getKeys(deps, companyId, ownerId);
    expect(kept.log).toEqual(keys.log);
    expect(kept.wraps).toEqual(keys.wraps);
    expect(kept.memberBlob).toEqual(keys.memberBlob);
    for (const objects of zoneObjects.values()) {
      const names = [...objects.keys()].map((key) => key.replace(`companies/${companyId}/keys/`, "").slice(0, 14));
      expect(names.filter((name) => name.startsWith("log/"))).toHaveLength(3);
      expect(names.filter((name) => name.startsWith("wraps/00000003"))).toHaveLength(1);
    }
    expect(await deps.store.listMissingObjects(companyId, "zone2", { after: "", limit: 100 })).toEqual([]);
  });

  test("enrolment leaves certificate and source in the zones, and a used link opens no more", async () => {
    const agent = await enrolTestAgent(scene);
    const keys = [...(scene.zoneObjects.get("zone2")?.keys() ?? [])];
    expect(keys.some((key) => key.includes("/keys/agents/"))).toBe(true);
    expect(keys.some((key) => key.includes(`/keys/sources/${agent.sourceId}-00000001-`))).toBe(true);
    const [log] = (await scene.deps.store.listLog(scene.companyId, 2, 1)).map((statement) => statement.bytes);
    expect(log).toBeDefined();
    await expect(openEnrolment(scene.deps, randomUUID())).rejects.toMatchObject({ code: "enrolment_invalid" });
  });

  test("only what the root key signed is appended, and only at the head", async () => {
    const { deps, companyId, ownerId } = scene;
    const agent = await enrolTestAgent(scene);
    const statement = await revocation(Buffer.from(agent.row.certHash).toString("hex"));
    const other = await createDomainScene(createMemoryStore(() => new Date()));
    const forged = await revocation(Buffer.from(agent.row.certHash).toString("hex"), other.keys);
    const append = (bytes: Uint8Array) => appendLog(deps, companyId, { statements: [bytes], byPersonId: ownerId });
    await expect(append(forged)).rejects.toMatchObject({ code: "log_invalid" });
    await append(statement);
    await expect(append(statement)).rejects.toMatchObject({ code: "log_conflict" });
    expect((await deps.store.findAgent(agent.row.agentId))?.isRevoked).toBe(true);
  });

  test("a source is taken only as its own agent signed it", async () => {
    const agent = await enrolTestAgent(scene);
    const source = await scene.deps.store.findSource(scene.companyId, agent.sourceId);
    const forged = source?.definition.slice() ?? new Uint8Array();
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    await expect(putSource(scene.deps, agent.row, forged)).rejects.toMatchObject({ code: "source_invalid" });
  });
});

describe("people", () => {
  test("sign in with the right password only", async () => {
    const { deps, companyId, ownerId } = scene;
    const company = await deps.store.findCompany(companyId);
    expect(company?.rootFingerprint).not.toBeNull();
    const personId = ownerId;
    const email = `${randomUUID()}@example.com`;
    await deps.store.createStaff({ personId: randomUUID(), email, role: "admin", passwordHash: "$plain$right" });
    const credentials = { email: email.toUpperCase(), password: "right", lifetimeMs: 60_000 };
    const signedIn = await signIn(deps, credentials);
    expect(signedIn.viewer).toMatchObject({ kind: "staff", role: "admin", companyId: null });
    expect(signedIn.viewer.personId).not.toBe(personId);
    const wrong = { ...credentials, password: "wrong" };
    await expect(signIn(deps, wrong)).rejects.toMatchObject({ code: "wrong_credentials" });
  });

  test("an invitation shows itself only to who holds its link", async () => {
    const { deps } = scene;
    const inviteAuth = randomBytes(32);
    const { invitationId } = await createCompany(deps, {
      name: "Potters",
      ownerEmail: `${randomUUID()}@example.com`,
      inviteAuthHash: deps.primitives.sha256(inviteAuth),
      lifetimeMs: 60_000,
      byPersonId: randomUUID(),
    });
    expect(await getInvitation(deps, { invitationId, inviteAuth })).toMatchObject({ companyName: "Potters" });
    const guess = getInvitation(deps, { invitationId, inviteAuth: randomBytes(32) });
    await expect(guess).rejects.toMatchObject({ code: "invitation_invalid" });
  });
});
