import { toHex } from "../../engine/codec/hex.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { getAgentHello } from "../domain/agent/get-agent-hello.ts";
import { knownChunks } from "../domain/chunk/known-chunks.ts";
import { DomainError } from "../domain/domain-error.ts";
import { idText } from "../domain/pack/run-directories.ts";
import { endRun } from "../domain/run/end-run.ts";
import { heartbeatRun } from "../domain/run/heartbeat-run.ts";
import { BUSY_RETRY_MS } from "../domain/run/start-run.ts";
import { planAgentStarts } from "../domain/schedule/plan-agent-starts.ts";
import { commitSnapshot } from "../domain/snapshot/commit-snapshot.ts";
import { buildPack, type PackFrame } from "../domain/testing/build-pack.ts";
import {
  type DomainScene,
  headerHashOfManifest,
  manifestOf,
  openTestRun,
  type TestAgent,
  type TestRun,
} from "../domain/testing/domain-scene.ts";
import { GatewayError } from "../gateway/gateway-error.ts";
import { requireNameFree, storePack } from "../gateway/store-pack.ts";
import { Crash } from "./network.ts";
import type { SimulatedProcess } from "./process.ts";
import { drawTree, type Folder, framesOfPages, type SimulatedTree, STORED_BYTES } from "./simulated-tree.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** An agent asks so often when its next start is. */
const ASK_EVERY_MS = 13 * HOUR_MS;
/** Tries of one call before a run is given up. */
const MAX_TRIES = 5;
/** Codes of refusals that end a run, as an agent takes them, or let none begin. */
const REFUSALS: ReadonlySet<string> = new Set([
  ...["lease_lost", "run_ended", "sequence_conflict", "company_busy", "source_invalid", "missing_objects"],
]);

export interface MachineOptions {
  readonly world: World;
  readonly scene: DomainScene;
  readonly agent: TestAgent;
  readonly gateway: SimulatedProcess;
  /** Content of the company that any machine may have, too. */
  readonly shared: Uint8Array[];
}

/** A backup that does not go on; what it was doing is in the model and in the store. */
class GivenUp extends Error {}

/** A customer's machine: it follows its schedule through the real use cases, over a network that breaks off, and dies now and then itself. */
export class Machine {
  isOffline = false;
  readonly agent: TestAgent;
  readonly #options: MachineOptions;
  readonly #folders: Folder[] = [];
  /** What it believes that the service has, because it sent it once: also in runs that failed, and to another zone. */
  readonly #cache = new Set<string>();
  /** Of its last snapshot. */
  #zoneId = "zone1";

  constructor(options: MachineOptions) {
    this.#options = options;
    this.agent = options.agent;
  }

  async live(): Promise<void> {
    const { world } = this.#options;
    const { random } = world;
    while (!world.isEnding) {
      const waitMs = this.isOffline ? random.between(10 * MINUTE_MS, HOUR_MS) : await this.#step();
      await world.timeline.pass(waitMs);
    }
  }

  /** Asks when the next start is, and makes it when it is now. Answers for how long there is nothing to do. */
  async #step(): Promise<number> {
    const { world } = this.#options;
    try {
      const { now, starts } = await planAgentStarts(this.#scene().deps, this.agent.row);
      const next = starts[0]?.next ?? null;
      if (next === null) return ASK_EVERY_MS;
      const waitMs = next.startAt.getTime() - now.getTime();
      if (waitMs > 0) return Math.min(waitMs, ASK_EVERY_MS);
      await this.#backUp();
      return world.random.between(1_000, MINUTE_MS);
    } catch (error) {
      if (!isExpected(error)) throw error;
      const isBusy = error instanceof DomainError && error.code === "company_busy";
      return isBusy ? BUSY_RETRY_MS : world.random.between(MINUTE_MS, 10 * MINUTE_MS);
    }
  }

  async #backUp(): Promise<void> {
    const { world } = this.#options;
    const run = await this.#try(() => openTestRun(this.#scene(), this.agent));
    try {
      await this.#fill(run);
    } catch (error) {
      if (!isExpected(error)) throw error;
      // It died, or was switched off: nobody says so, and the lease passes.
      if (error instanceof GivenUp || world.random.chance(0.3)) return;
      const code = world.random.pick(["agent_stopped", "source_unreadable", "zone_unreachable"]);
      const end = { ...run.identity, outcome: world.random.chance(0.2) ? "cancelled" : "failed", code } as const;
      await this.#try(() => endRun(this.#scene().deps, this.agent.row, end));
    }
  }

  async #fill(run: TestRun): Promise<void> {
    const { world, shared } = this.#options;
    const { random } = world;
    const tree = drawTree(random, { folders: this.#folders, shared });
    // Files are what they are, whatever becomes of the backup.
    this.#folders.splice(0, this.#folders.length, ...tree.folders);
    await this.#work(run);
    const lacking = await this.#listLacking(run, 1, tree.content);
    const pages = await this.#listLacking(
      run,
      2,
      tree.folders.map(({ pageId }) => pageId),
    );
    // Half of what is new may come in one pack, and the rest in another.
    const middle = random.chance(0.3) ? random.below(lacking.length + 1) : lacking.length;
    await this.#send(run, framesOfContent(random, lacking.slice(0, middle)));
    await this.#work(run);
    // An agent with a fault leaves something out; the commit says so, and then it is sent.
    const isForgetful = random.chance(0.02);
    if (!isForgetful) await this.#send(run, framesOfContent(random, lacking.slice(middle)));
    await this.#send(run, framesOfPages(tree, pages));
    await this.#work(run);
    if (random.chance(0.04)) throw new GivenUp("the machine is switched off");
    if (random.chance(0.02)) await this.#sendStrangePack(run);
    if (random.chance(0.025)) await this.#workLong(run);
    await this.#commit(run, tree);
    this.#zoneId = run.identity.zoneId;
    for (const id of tree.ids) this.#cache.add(idText(id));
  }

  /** Reading files takes minutes; the lease is prolonged meanwhile, unless the machine sleeps. */
  async #work(run: TestRun, isAwake = false): Promise<void> {
    const { world } = this.#options;
    const isAsleep = !isAwake && world.random.chance(0.015);
    await world.timeline.pass(
      isAsleep
        ? world.random.between(5 * MINUTE_MS, 5 * HOUR_MS)
        : world.random.between(0, isAwake ? 20_000 : 3 * MINUTE_MS),
    );
    if (this.isOffline || world.isEnding) throw new GivenUp("the machine is cut off");
    if (!isAwake && world.random.chance(0.02)) throw new DomainError("source_invalid", "the source cannot be read");
    const progress = { files: 1, bytes: 1, storedBytes: 1 };
    const { isCancelled } = await this.#try(() =>
      heartbeatRun(this.#scene().deps, this.agent.row, { ...run.identity, progress }),
    );
    if (isCancelled) throw new DomainError("run_ended", "somebody cancelled it");
  }

  /** A first backup over a slow line: it asks about all that other machines have, too, and for hours it does nothing but hold its lease. */
  async #workLong(run: TestRun): Promise<void> {
    const { world, shared } = this.#options;
    const { timeline, random } = world;
    await this.#listLacking(run, 1, shared);
    const untilMs = timeline.nowMs + random.between(2 * HOUR_MS, 20 * HOUR_MS);
    while (timeline.nowMs < untilMs) {
      await timeline.pass(4 * MINUTE_MS);
      await this.#work(run, true);
    }
  }

  /** A pack whose header names another company has to be refused. */
  async #sendStrangePack(run: TestRun): Promise<void> {
    const { world } = this.#options;
    const { deps } = this.#scene();
    const frames = framesOfContent(world.random, [world.random.bytes(32)]);
    const bytes = buildPack({ companyId: deps.newId(), slot: run.slot, frames, randomness: deps.randomness });
    try {
      await storePack(deps, run.identity, { packId: toHex(deps.primitives.sha256(bytes)), bytes });
      world.violate("12", `run ${run.identity.runId} sent a pack of another company`);
    } catch (error) {
      if (!(error instanceof DomainError && error.code === "pack_invalid")) throw error;
    }
  }

  /** As an agent asks before it sends; now and then it believes its cache instead, which may be out of date. */
  async #listLacking(run: TestRun, kind: 1 | 2, ids: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const { world } = this.#options;
    // A cache knows nothing of zones, so it is most often wrong when a run is pinned to another one.
    const isTrusting = world.random.chance(run.identity.zoneId === this.#zoneId ? 0.15 : 0.6);
    const asked = isTrusting ? ids.filter((id) => !this.#cache.has(idText(id))) : ids;
    if (asked.length === 0) return [];
    const bits = await this.#try(() => knownChunks(this.#scene().deps, run.identity, kind, asked));
    const isKnown = (at: number) => ((bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
    const relied = world.model.runs.get(run.identity.runId)?.relied;
    asked.forEach((id, at) => {
      if (isKnown(at)) relied?.add(idText(id));
    });
    return asked.filter((_, at) => !isKnown(at));
  }

  async #send(run: TestRun, frames: readonly PackFrame[]): Promise<void> {
    if (frames.length === 0) return;
    const { deps, companyId } = this.#scene();
    const bytes = buildPack({ companyId, slot: run.slot, frames, randomness: deps.randomness });
    const packId = toHex(deps.primitives.sha256(bytes));
    await this.#try(async () => {
      const service = this.#scene().deps;
      await requireNameFree(service, companyId, packId);
      await storePack(service, run.identity, { packId, bytes });
    });
    for (const { members } of frames) for (const { id } of members) this.#cache.add(idText(id));
  }

  async #commit(run: TestRun, tree: SimulatedTree): Promise<void> {
    const { world } = this.#options;
    const hello = await this.#try(async () => {
      const { deps } = this.#scene();
      const row = await deps.store.findAgent(this.agent.row.agentId);
      return getAgentHello(deps, row ?? this.agent.row);
    });
    const scene = this.#scene();
    const previous = hello.lastHeader;
    // The machine's clock is anybody's guess, and so is what it claims.
    const claimedMs = world.timeline.nowMs + world.random.between(-400, 400) * 24 * HOUR_MS;
    const manifest = manifestOf(scene, this.agent, run, {
      ...{ topPageId: tree.topPageId, changeListId: tree.changeListId, sequence: hello.lastSequence + 1 },
      ...{ startedAtMs: Math.max(0, claimedMs - HOUR_MS), endedAtMs: Math.max(1, claimedMs) },
      ...(previous ? { previousHeaderHash: headerHashOfManifest(scene, previous) } : {}),
      gapCount: world.random.chance(0.1) ? 1 : 0,
    });
    world.model.expectTree(tree.topPageId, tree.ids);
    for (let tries = 0; ; tries++) {
      try {
        await this.#try(() => commitSnapshot(this.#scene().deps, run.identity, manifest));
        break;
      } catch (error) {
        const isLacking = error instanceof DomainError && error.code === "missing_objects";
        if (!isLacking || tries >= MAX_TRIES) throw error;
        await this.#send(run, framesOfContent(world.random, tree.content));
        await this.#send(
          run,
          framesOfPages(
            tree,
            tree.folders.map(({ pageId }) => pageId),
          ),
        );
      }
    }
  }

  /** Tries again what a broken connection or an absent zone has cut off, as an agent does. */
  async #try<Result>(call: () => Promise<Result>): Promise<Result> {
    const { world } = this.#options;
    for (let tries = 1; ; tries++) {
      if (this.isOffline) throw new GivenUp("the machine is cut off");
      try {
        return await call();
      } catch (error) {
        const isWorthIt = error instanceof Crash || (error instanceof ZoneError && error.retryable);
        if (!isWorthIt || tries >= MAX_TRIES) throw error;
        await world.timeline.pass(world.random.between(1_000, MINUTE_MS));
      }
    }
  }

  /** The use cases of the gateway's life that goes on now. */
  #scene(): DomainScene {
    const { scene, gateway } = this.#options;
    gateway.restart();
    return { ...scene, deps: gateway.deps };
  }
}

function framesOfContent(random: World["random"], ids: readonly Uint8Array[]): PackFrame[] {
  const frames: PackFrame[] = [];
  for (let at = 0; at < ids.length; ) {
    const count = 1 + random.below(2);
    const members = ids.slice(at, at + count).map((id) => ({ id }));
    frames.push({ kind: 1, members, storedSizeBytes: STORED_BYTES });
    at += count;
  }
  return frames;
}

/** What an agent has to live with; everything else is a fault of the service's. */
function isExpected(error: unknown): boolean {
  if (error instanceof Crash || error instanceof GivenUp || error instanceof ZoneError) return true;
  if (error instanceof GatewayError) return error.code === "pack_refused";
  return error instanceof DomainError && REFUSALS.has(error.code);
}
