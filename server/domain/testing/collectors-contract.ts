import { describe, expect, test } from "vitest";
import type { Store } from "../store/store.ts";
import { bytes, createEnrolment, createScene, inviteCompany, keyObject, newUuid, type Scene } from "./store-scene.ts";

const LINK = "https://backup.example.com/enrol/018f0000-0000-7000-8000-000000000001#secret";

/** @param getWorkerStore runs them, under a role that decides about none */
export function describeCollectors(getStore: () => Store, getWorkerStore: () => Store): void {
  const propose = async ({ companyId, ownerId }: Scene, name = "File server") => {
    const collectorId = newUuid();
    await getStore().proposeCollector(companyId, {
      collectorId,
      name,
      path: `/srv/${collectorId}`,
      byPersonId: ownerId,
    });
    return collectorId;
  };
  const consent = async ({ companyId, ownerId: byPersonId }: Scene, collectorId: string) => {
    const enrolmentId = await createEnrolment(getStore(), companyId);
    const given = { collectorId, enrolmentId, link: LINK, byPersonId };
    return { enrolmentId, outcome: await getStore().consentCollector(companyId, given) };
  };
  const openOf = async ({ companyId }: Scene) =>
    (await getWorkerStore().listOpenCollectors()).filter((row) => row.companyId === companyId);

  describe("collectors", () => {
    test("one is proposed once, and stands in the lists of its company and of those that are open", async () => {
      const scene = await createScene(getStore());
      const { companyId, ownerId: byPersonId } = scene;
      const first = await propose(scene);
      await getStore().proposeCollector(companyId, { collectorId: first, name: "Other", path: "/x", byPersonId });
      const second = await propose(scene, "Archive");
      const nothing = { consentedAt: null, endedAt: null, agent: null, problem: null };
      const shown = { companyId, path: `/srv/${first}`, proposedAt: expect.any(Date), ...nothing };
      const rows = await getStore().listCollectors(companyId);
      expect(rows.map(({ collectorId }) => collectorId).toSorted()).toEqual([first, second].toSorted());
      expect(rows.find((row) => row.collectorId === first)).toEqual({
        collectorId: first,
        name: "File server",
        ...shown,
      });
      expect((await openOf(scene)).map((row) => row.name).toSorted()).toEqual(["Archive", "File server"]);
      const unknown = { collectorId: newUuid(), name: "x", path: "/y", byPersonId };
      await expect(getStore().proposeCollector(newUuid(), unknown)).rejects.toMatchObject({ code: "not_found" });
    });

    test("a consent is given once, and its link is there until it is used", async () => {
      const scene = await createScene(getStore());
      const { companyId } = scene;
      const collectorId = await propose(scene);
      expect(await getWorkerStore().findCollectorLink(companyId, collectorId)).toBeNull();
      const { enrolmentId, outcome } = await consent(scene, collectorId);
      expect(outcome).toBe("consented");
      expect((await consent(scene, collectorId)).outcome).toBe("not_proposed");
      expect((await consent(scene, newUuid())).outcome).toBe("not_proposed");
      expect(await getWorkerStore().findCollectorLink(companyId, collectorId)).toBe(LINK);
      const [agentId, machineId] = [newUuid(), newUuid()];
      const keys = { signPublicKey: bytes(32), boxPublicKey: bytes(32) };
      const certificate = keyObject(companyId, "agent", 0);
      const agent = { enrolmentId, agentId, machineId, machineName: "File server", ...keys, certificate };
      expect(await getStore().completeEnrolment(companyId, agent)).toBe("completed");
      await getWorkerStore().forgetCollectorLink(companyId, collectorId);
      expect(await getWorkerStore().findCollectorLink(companyId, collectorId)).toBeNull();
      const [row] = await openOf(scene);
      expect(row).toMatchObject({ agent: { agentId, machineId }, consentedAt: expect.any(Date), endedAt: null });
    });

    test("an enrolment of another company is none", async () => {
      const scene = await createScene(getStore());
      const collectorId = await propose(scene);
      const enrolmentId = await createEnrolment(getStore(), (await createScene(getStore())).companyId);
      const given = { collectorId, enrolmentId, link: LINK, byPersonId: scene.ownerId };
      await expect(getStore().consentCollector(scene.companyId, given)).rejects.toMatchObject({ code: "not_found" });
      expect((await openOf(scene))[0]).toMatchObject({ consentedAt: null });
    });

    test("what has ended is no longer open, has no link, and stays in its company's list", async () => {
      const scene = await createScene(getStore());
      const { companyId, ownerId: byPersonId } = scene;
      const collectorId = await propose(scene);
      await consent(scene, collectorId);
      expect(await getStore().endCollector(companyId, { collectorId, byPersonId })).toBe("ended");
      expect(await getStore().endCollector(companyId, { collectorId, byPersonId })).toBe("not_open");
      expect(await getStore().findCollectorLink(companyId, collectorId)).toBeNull();
      expect(await openOf(scene)).toEqual([]);
      expect(await getStore().listCollectors(companyId)).toMatchObject([{ collectorId, endedAt: expect.any(Date) }]);
      const other = await propose(scene);
      expect(await getStore().endCollector(companyId, { collectorId: other, byPersonId })).toBe("ended");
      expect((await consent(scene, other)).outcome).toBe("not_proposed");
    });

    test("the worker says what keeps one from working, and that it is over", async () => {
      const scene = await createScene(getStore());
      const { companyId } = scene;
      const collectorId = await propose(scene);
      for (const problem of ["path_missing", null]) {
        await getWorkerStore().noteCollectorProblem(companyId, collectorId, problem);
        expect(await openOf(scene)).toMatchObject([{ problem }]);
      }
    });

    test("another company's do not exist", async () => {
      const scene = await createScene(getStore());
      const collectorId = await propose(scene);
      const strange = await inviteCompany(getStore());
      const { companyId } = strange;
      await consent(scene, collectorId);
      expect(await getStore().listCollectors(companyId)).toEqual([]);
      expect(await getStore().findCollectorLink(companyId, collectorId)).toBeNull();
      expect(await getStore().endCollector(companyId, { collectorId, byPersonId: newUuid() })).toBe("not_open");
      await getWorkerStore().forgetCollectorLink(companyId, collectorId);
      await getWorkerStore().noteCollectorProblem(companyId, collectorId, "path_missing");
      expect(await getStore().findCollectorLink(scene.companyId, collectorId)).toBe(LINK);
      expect(await openOf(scene)).toMatchObject([{ problem: null, endedAt: null }]);
    });
  });
}
