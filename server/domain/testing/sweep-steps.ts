import type { RunLease } from "../store/run-store.ts";
import type { Store } from "../store/store.ts";
import type { MarkLease } from "../store/sweep-store.ts";
import { bytes, openRun, packOf, type Scene, ZONE_1 } from "./store-scene.ts";

export const JOB = "sweep";
export const PAGE = { after: 0, limit: 500, states: ["live", "quarantined", "deleting"] } as const;

/** What tests of a sweep do again and again. @param getWorkerStore marks and removes: what the portal's role may not */
export function sweepSteps(getStore: () => Store, getWorkerStore: () => Store) {
  const begin = async (companyId: string, isPlanOnly = false) => {
    const store = getWorkerStore();
    const taken = await store.takeJob({ companyId, name: JOB }, "test", 60_000);
    if (!taken) throw new Error("the job is taken");
    const lease: MarkLease = { jobName: JOB, tier: "backup" as const, fencingToken: taken.fencingToken };
    const begun = await store.beginSweep(companyId, lease, { isPlanOnly });
    if (begun === null) throw new Error("lease lost");
    return { lease, ...begun };
  };
  const listOf = async ({ companyId }: Pick<Scene, "companyId">, lease: MarkLease, sparseFrameBytes?: number) => {
    const page = sparseFrameBytes === undefined ? PAGE : { ...PAGE, sparseFrameBytes };
    const packs = await getWorkerStore().listSweepPacks(companyId, lease, page);
    if (packs === null) throw new Error("lease lost");
    return packs;
  };
  const release = ({ companyId }: Scene, { fencingToken }: MarkLease) =>
    getWorkerStore().saveJob({ companyId, name: JOB }, { fencingToken, cursor: null, leaseMs: 0 });
  const record = async (scene: Scene, run: RunLease, ids: readonly Uint8Array[], kind: 1 | 2 = 1) => {
    const pack = packOf(scene, ids, kind);
    await getStore().recordPack(scene.companyId, run, ZONE_1, pack);
    return pack.packId;
  };
  const stateOf = async ({ companyId }: Scene, packId: string) => (await getStore().findPack(companyId, packId))?.state;
  /** Recorded by a run that died, quarantined and sealed in round 1. */
  const quarantine = async (scene: Scene) => {
    const { companyId } = scene;
    const run = await openRun(getStore(), scene);
    const ids = [bytes(32), bytes(32)];
    const packId = await record(scene, run, ids);
    await getStore().endRun(companyId, run, { outcome: "failed", code: "x" });
    const { lease, round, publications } = await begin(companyId);
    await getStore().quarantinePacks(companyId, [packId], publications);
    await getStore().sealQuarantine(companyId, "backup", round);
    await release(scene, lease);
    return { packId, ids, round, publications };
  };
  return { begin, listOf, release, record, stateOf, quarantine };
}
