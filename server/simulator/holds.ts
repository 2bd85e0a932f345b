import { liftHold, placeHold } from "../domain/retention/keep-hold.ts";
import { isKept } from "./model.ts";
import type { World } from "./world.ts";

const HOUR_MS = 3_600_000;
/** Some holds are still there when everything has come to rest. */
const LIFTED_SHARE = 0.8;

/** Owners place legal holds on snapshots of any age, and lift most of them again. */
export async function liveHolds(world: World, everyMs: number): Promise<void> {
  const { timeline, random, model, store } = world;
  while (!world.isEnding) {
    await timeline.pass(random.between(everyMs / 2, everyMs * 2));
    const kept = model.snapshots.filter(isKept);
    if (world.isEnding || kept.length === 0) continue;
    const { companyId, snapshotId, commit } = random.pick(kept);
    const [byPersonId, newId] = ["", () => world.tools.newId()];
    const { holdId } = await placeHold({ store, newId }, companyId, { snapshotId, reason: "case", byPersonId });
    world.note(`a hold keeps snapshot ${commit} of ${companyId.slice(-4)}`);
    if (!random.chance(LIFTED_SHARE)) continue;
    timeline.spawn(async () => {
      await timeline.pass(random.between(HOUR_MS, everyMs * 4));
      await liftHold({ store }, companyId, { holdId, byPersonId });
      world.note(`snapshot ${commit} of ${companyId.slice(-4)} is under no hold any more`);
    });
  }
}
