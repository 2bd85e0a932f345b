import { toHex } from "../../engine/codec/hex.ts";
import { parsePackDirectory } from "../../engine/format/pack-index.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { locateChunks } from "../domain/chunk/locate-chunks.ts";
import { DomainError } from "../domain/domain-error.ts";
import { reportBadCopy } from "../domain/pack/report-bad-copy.ts";
import { idText } from "../domain/pack/run-directories.ts";
import { heartbeatRun } from "../domain/run/heartbeat-run.ts";
import type { PackRow } from "../domain/store/pack-store.ts";
import { packObjectKey } from "../domain/zone/object-keys.ts";
import { tieredZone } from "../domain/zone/tiered-zone.ts";
import { placeOf } from "./disk.ts";
import type { Machine } from "./machine.ts";
import { isKept, type KnownRun, type KnownSnapshot } from "./model.ts";
import { Crash } from "./network.ts";
import type { SimulatedProcess } from "./process.ts";
import type { World } from "./world.ts";

const HOUR_MS = 3_600_000;
const NO_PROGRESS = { files: 0, bytes: 0, storedBytes: 0 };

interface Visit {
  readonly world: World;
  readonly gateway: SimulatedProcess;
  readonly machines: readonly Machine[];
}

/** Restores a snapshot now and then, and looks into another company's rows. */
export async function liveVisitors(visit: Visit, everyMs: number): Promise<void> {
  const { world, gateway } = visit;
  while (!world.isEnding) {
    await world.timeline.pass(world.random.between(everyMs / 2, (everyMs * 3) / 2));
    if (world.isEnding || world.model.snapshots.length === 0) continue;
    gateway.restart();
    const snapshot = world.random.pick(world.model.snapshots);
    try {
      if (isKept(snapshot) && world.random.chance(0.5)) await restore(visit, snapshot);
      else await intrude(visit, snapshot);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
}

/** Reads every id of a snapshot from where the service says that it lies, and reports what is bad, as a restore does. */
async function restore({ world, gateway }: Visit, snapshot: KnownSnapshot): Promise<void> {
  const { companyId, commit, scope } = snapshot;
  const { deps } = gateway;
  const ids = snapshot.ids.map((id) => new Uint8Array(Buffer.from(id, "latin1")));
  const { packs, at } = await locateChunks(deps, companyId, scope, ids);
  const lacking = at.indexOf(null);
  // It may have been let go between the two questions.
  if (!isKept(snapshot)) return;
  if (lacking >= 0) return world.violate("11", `nobody knows where an id of commit ${commit} lies`);
  for (const [number, packId] of packs.entries()) {
    const row = await deps.store.findPack(companyId, packId);
    const wanted = ids.filter((_, place) => at[place]?.[0] === number).map(idText);
    if (row) await readPack({ world, gateway }, companyId, { row, wanted, commit });
  }
}

interface WantedPack {
  readonly row: PackRow;
  readonly wanted: readonly string[];
  readonly commit: number;
}

async function readPack(
  { world, gateway }: Pick<Visit, "world" | "gateway">,
  companyId: string,
  { row, wanted, commit }: WantedPack,
): Promise<void> {
  const { zones, primitives } = gateway.deps;
  const { packId } = row;
  let isAway = false;
  const name = packObjectKey(companyId, row);
  for (const handle of zones.all()) {
    const { zoneId } = handle;
    const copy = row.copies.find((each) => each.zoneId === zoneId);
    if (copy === undefined || copy.state === "missing") continue;
    let code: string;
    try {
      const parts: Uint8Array[] = [];
      for await (const part of await tieredZone(handle).get(name)) parts.push(part);
      const bytes = new Uint8Array(Buffer.concat(parts));
      if (toHex(primitives.sha256(bytes)) === packId) {
        const held = new Set(parsePackDirectory(bytes).frames.flatMap(({ memberIds }) => memberIds.map(idText)));
        if (!wanted.every((id) => held.has(id)))
          world.violate("11", `pack ${packId} does not hold what the index says`);
        return;
      }
      code = "hash_mismatch";
      // A bit that was wrong in this reading alone: another one may find it good.
      const { disk, key } = placeOf(world, zoneId, name);
      if (disk?.isGood(key)) isAway = true;
    } catch (error) {
      if (!(error instanceof ZoneError)) throw error;
      if (error.code !== "not_found" && error.code !== "damaged") {
        isAway = true;
        continue;
      }
      code = error.code;
    }
    await report({ world, gateway }, companyId, { packId, zoneId, code });
  }
  // Between the two questions the pack may have been deleted: then its content lies in another one.
  const now = await world.store.findPack(companyId, packId);
  if (!isAway && now?.state === "live" && sameCopies(now, row)) {
    world.violate("11", `no zone has a good copy of pack ${packId}, which commit ${commit} needs`);
  }
}

async function report(
  { gateway }: Pick<Visit, "world" | "gateway">,
  companyId: string,
  bad: { readonly packId: string; readonly zoneId: string; readonly code: string },
): Promise<void> {
  try {
    await reportBadCopy(gateway.deps, companyId, { ...bad, frame: null });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}

function sameCopies(a: PackRow, b: PackRow): boolean {
  const present = ({ copies }: PackRow) => copies.filter(({ state }) => state === "present").length;
  return present(a) === present(b);
}

/** Somebody of another company, and another machine of the same, try what they may not. */
async function intrude({ world, gateway, machines }: Visit, snapshot: KnownSnapshot): Promise<void> {
  const { store } = gateway.deps;
  const { companyId, machineId, snapshotId } = snapshot;
  const stranger = world.random.pick(machines).agent.row;
  if (stranger.machineId === machineId) return;
  const run = [...world.model.openRuns].find((each) => each.companyId === companyId);
  if (run) await tryHeartbeat({ world, gateway }, stranger, run);
  if (stranger.companyId === companyId) return;
  const ids = snapshot.ids.map((id) => new Uint8Array(Buffer.from(id, "latin1")));
  const strange = stranger.companyId;
  const query = {
    companyId: strange,
    scope: 0,
    zoneId: "zone1",
    machineId: stranger.machineId,
    kind: 1,
    chunkIds: ids,
  } as const;
  const seen = [
    await store.findSnapshot(strange, snapshotId),
    ...(await store.locate(strange, 0, ids)),
    ...(await store.locateCopies(strange, 0, ids)).flat(),
    ...(await store.known(query)).filter(Boolean),
    await store.findMachine(strange, machineId),
    ...(await store.listSnapshots(strange, { machineId, limit: 10 })),
    ...(await store.listWatermarks(strange)).filter((row) => row.companyId !== strange),
    ...(await store.listRuns(strange, { machineId, limit: 10 })),
  ].filter((row) => row !== null);
  if (seen.length > 0) world.violate("12", `company ${strange} sees what belongs to ${companyId}`);
}

async function tryHeartbeat(
  { world, gateway }: Pick<Visit, "world" | "gateway">,
  stranger: Machine["agent"]["row"],
  run: KnownRun,
): Promise<void> {
  const before = await world.store.findRun(run.companyId, run.runId);
  if (before === null || before.machineId === stranger.machineId) return;
  try {
    const { runId, fencingToken } = run;
    await heartbeatRun(gateway.deps, stranger, { runId, fencingToken, progress: NO_PROGRESS });
    world.violate("12", `machine ${stranger.machineId} holds run ${run.runId} of another machine`);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}

export const VISIT_EVERY_MS = 8 * HOUR_MS;
