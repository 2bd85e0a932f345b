import { describe, expect, test } from "vitest";
import type { Store } from "../store/store.ts";
import {
  acceptanceOf,
  bytes,
  createEnrolment,
  createScene,
  enrolMachine,
  inviteCompany,
  keyObject,
  newUuid,
  sha256,
} from "./store-scene.ts";

export function describeAccounts(getStore: () => Store): void {
  describe("people and companies", () => {
    test("an e-mail address is taken once in the whole service, in any spelling", async () => {
      const store = getStore();
      const email = `${newUuid()}@Example.com`;
      const staff = { role: "operator", passwordHash: "$hash" } as const;
      expect(await store.createStaff({ personId: newUuid(), email, ...staff })).toBe("created");
      const again = { personId: newUuid(), email: email.toUpperCase(), ...staff };
      expect(await store.createStaff(again)).toBe("email_taken");
      const invitation = { invitationId: newUuid(), email, role: "owner", authHash: bytes(32), lifetimeMs: 1 } as const;
      const company = { companyId: newUuid(), name: "Clayworks", invitation, byPersonId: newUuid() };
      expect(await store.createCompany(company)).toEqual({ kind: "email_taken" });
      expect(await store.findPersonByEmail(email)).toMatchObject({ kind: "staff", role: "operator", companyId: null });
    });

    test("the first of the staff is made once, also by two at the same moment", async () => {
      const store = getStore();
      const first = () => {
        const personId = newUuid();
        const email = `${personId}@example.com`;
        return { providerName: `Harbour IT of ${personId}`, personId, email, passwordHash: "$hash" };
      };
      const rivals = [first(), first()] as const;
      const outcomes = await Promise.all(rivals.map((rival) => store.createFirstStaff(rival)));
      // Another test may have come before; nobody comes in after the first.
      expect(outcomes.filter((outcome) => outcome === "created").length).toBeLessThanOrEqual(1);
      expect(await store.createFirstStaff(first())).toBe("staff_exists");
      expect(await store.findProvider()).toMatchObject({ hasStaff: true });
      for (const [at, rival] of rivals.entries()) {
        const person = await store.findPersonByEmail(rival.email);
        expect(person === null).toBe(outcomes[at] !== "created");
      }
    });

    test("a session is found by its token's hash until it ends or expires", async () => {
      const store = getStore();
      const { companyId, ownerId } = await createScene(store);
      const tokenHash = bytes(32);
      await store.createSession({ tokenHash, personId: ownerId, companyId, lifetimeMs: 60_000 });
      expect(await store.findSession(tokenHash)).toMatchObject({ personId: ownerId, companyId, role: "owner" });
      await store.endSession(tokenHash);
      await store.endSession(tokenHash);
      expect(await store.findSession(tokenHash)).toBeNull();
      const expired = bytes(32);
      await store.createSession({ tokenHash: expired, personId: ownerId, companyId, lifetimeMs: 0 });
      expect(await store.findSession(expired)).toBeNull();
    });

    test("staff have sessions without a company", async () => {
      const store = getStore();
      const personId = newUuid();
      await store.createStaff({ personId, email: `${personId}@example.com`, role: "admin", passwordHash: "$hash" });
      const tokenHash = bytes(32);
      await store.createSession({ tokenHash, personId, companyId: null, lifetimeMs: 60_000 });
      expect(await store.findSession(tokenHash)).toMatchObject({ personId, kind: "staff", companyId: null });
    });

    test("an invitation is used once, and begins the log", async () => {
      const store = getStore();
      const invited = await inviteCompany(store);
      const { companyId, invitationId } = invited;
      expect(await store.findInvitation(invitationId)).toMatchObject({ companyId, isUsed: false, isExpired: false });
      const accepted = acceptanceOf(invited);
      const wrong = { ...accepted, authHash: bytes(32) };
      expect(await store.acceptInvitation(companyId, wrong)).toEqual({ kind: "invitation_unknown" });
      expect(await store.acceptInvitation(companyId, accepted)).toMatchObject({ kind: "accepted", companyId });
      expect((await store.acceptInvitation(companyId, acceptanceOf(invited))).kind).toBe("invitation_used");
      expect(await store.findLogHead(companyId)).toEqual({ number: 1, hash: accepted.objects[1]?.hash });
      expect(await store.findMemberBlob(companyId, accepted.personId)).toEqual(accepted.memberBlob);
      expect((await store.listKeyObjects(companyId, "wrap")).map((wrap) => wrap.bytes)).toEqual([
        accepted.objects[2]?.bytes,
      ]);
      expect((await store.findCompany(companyId))?.rootFingerprint).toEqual(accepted.rootFingerprint);
    });

    test("an invitation is renewed until it is used: the old secret opens nothing, and another address may be its own", async () => {
      const store = getStore();
      const invited = await inviteCompany(store);
      const { companyId, invitationId } = invited;
      expect(await store.findOpenInvitation(companyId)).toMatchObject({ email: invited.email, isExpired: false });
      const renewed = { email: `Other.${invited.email}`, authHash: bytes(32), lifetimeMs: 0, byPersonId: newUuid() };
      expect(await store.renewInvitation(companyId, renewed)).toMatchObject({ kind: "renewed", invitationId });
      const email = renewed.email.toLowerCase();
      expect(await store.findOpenInvitation(companyId)).toMatchObject({ email, isExpired: true });
      expect(await store.acceptInvitation(companyId, acceptanceOf(invited))).toEqual({ kind: "invitation_unknown" });
      await store.renewInvitation(companyId, { ...renewed, lifetimeMs: 60_000 });
      const accepted = acceptanceOf({ ...invited, authHash: renewed.authHash });
      expect(await store.acceptInvitation(companyId, accepted)).toMatchObject({ kind: "accepted", email });
      expect(await store.findOpenInvitation(companyId)).toBeNull();
      const again = { ...renewed, email: `third.${invited.email}` };
      expect(await store.renewInvitation(companyId, again)).toEqual({ kind: "invitation_used" });
      expect(await store.renewInvitation(newUuid(), again)).toEqual({ kind: "company_unknown" });
      expect(await store.renewInvitation(companyId, renewed)).toEqual({ kind: "email_taken" });
    });

    test("an audit entry can stand for the provider or a company", async () => {
      const store = getStore();
      const { companyId, ownerId } = await createScene(store);
      const entry = { personId: ownerId, action: "restore_opened", details: { snapshotId: "x" } };
      await store.recordAudit({ auditId: newUuid(), companyId, ...entry });
      await store.recordAudit({ auditId: newUuid(), companyId: null, ...entry });
    });
  });

  describe("log and enrolments", () => {
    test("a log grows only from its head", async () => {
      const store = getStore();
      const { companyId } = await createScene(store);
      const head = await store.findLogHead(companyId);
      if (head === null) throw new Error("no head");
      const statement = keyObject(companyId, "log", head.number + 1);
      const append = { expectedHead: head, statements: [statement], byPersonId: null };
      const appended = await store.appendLog(companyId, append);
      expect(appended).toEqual({ kind: "appended", head: { number: head.number + 1, hash: statement.hash } });
      expect(await store.appendLog(companyId, append)).toMatchObject({ kind: "log_conflict" });
      const listed = await store.listLog(companyId, head.number, 10);
      expect(listed.map((object) => object.bytes)).toEqual([statement.bytes]);
    });

    test("an enrolment is used once, and forgets its payload; the same agent may ask again", async () => {
      const store = getStore();
      const { companyId } = await createScene(store);
      const enrolmentId = await createEnrolment(store, companyId);
      expect((await store.findEnrolment(enrolmentId))?.payload).not.toBeNull();
      const open = { isUsed: false, isExpired: false, machineId: null };
      expect(await store.findEnrolmentState(companyId, enrolmentId)).toEqual(open);
      expect(await store.findEnrolmentState(newUuid(), enrolmentId)).toBeNull();
      const agent = {
        enrolmentId,
        agentId: newUuid(),
        machineId: newUuid(),
        machineName: "Back office",
        signPublicKey: bytes(32),
        boxPublicKey: bytes(32),
        certificate: keyObject(companyId, "agent", 0),
      };
      expect(await store.completeEnrolment(companyId, agent)).toBe("completed");
      expect(await store.completeEnrolment(companyId, agent)).toBe("completed");
      const other = { ...agent, agentId: newUuid(), machineId: newUuid() };
      expect(await store.completeEnrolment(companyId, other)).toBe("enrolment_used");
      const used = { isUsed: true, isExpired: false, machineId: agent.machineId };
      expect(await store.findEnrolmentState(companyId, enrolmentId)).toEqual(used);
      expect(await store.findEnrolment(enrolmentId)).toMatchObject({ payload: null, isUsed: true });
      expect(await store.findAgent(agent.agentId)).toMatchObject({ companyId, lastSequence: 0, lastHeader: null });
    });

    test("a revocation in the log revokes the agent", async () => {
      const store = getStore();
      const { companyId } = await createScene(store);
      const { agentId, certHash } = await enrolMachine(store, companyId);
      const head = await store.findLogHead(companyId);
      if (head === null) throw new Error("no head");
      const statements = [keyObject(companyId, "log", head.number + 1)];
      const append = { expectedHead: head, statements, byPersonId: null, revokedCertHashes: [certHash] };
      await store.appendLog(companyId, append);
      expect((await store.findAgent(agentId))?.isRevoked).toBe(true);
    });

    test("a nonce counts once within its life", async () => {
      const store = getStore();
      const { companyId, agentId } = await createScene(store);
      const nonce = sha256(newUuid()).slice(0, 16);
      const seen = { nonce, lifetimeMs: 60_000, agentVersion: null };
      expect(await store.useNonce(companyId, agentId, seen)).toBe(true);
      expect(await store.useNonce(companyId, agentId, seen)).toBe(false);
    });

    test("a machine shows the version that its agent said last", async () => {
      const store = getStore();
      const { companyId, machineId, agentId } = await createScene(store);
      const version = async () => (await store.findMachine(companyId, machineId))?.agentVersion;
      const say = (agentVersion: string | null) =>
        store.useNonce(companyId, agentId, { nonce: sha256(newUuid()).slice(0, 16), lifetimeMs: 60_000, agentVersion });
      expect(await version()).toBeNull();
      for (const [said, shown] of [
        [null, null],
        ["0.1.0", "0.1.0"],
        [null, "0.1.0"],
        ["0.2.0", "0.2.0"],
      ] as const) {
        await say(said);
        expect(await version()).toBe(shown);
      }
    });
  });
}
