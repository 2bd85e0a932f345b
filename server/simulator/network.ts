import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { Store } from "../domain/store/store.ts";
import type { Disk } from "./disk.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

/** The end of a process in the middle of a call. Whoever called it, across a network, sees a connection that broke off. */
export class Crash extends Error {
  constructor() {
    super("the process ended");
    this.name = "Crash";
  }
}

/** How calls misbehave; shares are of all calls, from 0 to 1. */
export interface CallFaults {
  /** The process dies before or after the call took effect. */
  crashShare: number;
  /** The process stands still for minutes, before or after the call took effect. */
  stallShare: number;
}

/** Longest time for which a process stands still. Leases of 90 s and 5 min pass meanwhile, and whole sweeps of others. */
export const MAX_STALL_MS = 14 * 60_000;
/** Of an ordinary call. */
const MAX_LATENCY_MS = 40;

/** One life of a process: what it was doing when it died never goes on. */
export class Life {
  isOver = false;
}

interface NetworkOptions {
  readonly timeline: Timeline;
  readonly random: Random;
}

/** Every call of a process to the database or to a zone is a moment at which others may come in between, and at which the process may die. */
export class Network {
  readonly faults: CallFaults = { crashShare: 0, stallShare: 0 };
  /** Links that are cut, as `worker 1/zone2`, and zones that nobody reaches, as `zone2`. */
  readonly cut = new Set<string>();
  readonly #timeline: Timeline;
  readonly #random: Random;

  constructor({ timeline, random }: NetworkOptions) {
    this.#timeline = timeline;
    this.#random = random;
  }

  /** The store as one life of a process sees it. */
  storeFor(life: Life, store: Store): Store {
    return callsOf(store, (effect) => this.#call(life, effect));
  }

  /** A zone as one life of a process sees it. */
  zoneFor(life: Life, processName: string, { zone, disk }: { readonly zone: Zone; readonly disk: Disk }): Zone {
    const { zoneId } = zone;
    const calls = callsOf(zone, (effect) =>
      this.#call(life, async () => {
        this.#requireLink(processName, zoneId);
        return effect();
      }),
    );
    const put: Zone["put"] = (key, body, sizeBytes, options) =>
      this.#call(life, async () => {
        this.#requireLink(processName, zoneId);
        disk.announce(key, sizeBytes);
        return zone.put(key, body, sizeBytes, options);
      });
    return { ...calls, put };
  }

  #requireLink(processName: string, zoneId: string): void {
    if (this.cut.has(zoneId) || this.cut.has(`${processName}/${zoneId}`)) {
      throw new ZoneError("unreachable", zoneId, "no answer");
    }
  }

  async #call<Result>(life: Life, effect: () => Promise<Result>): Promise<Result> {
    if (life.isOver) throw new Crash();
    const { crashShare, stallShare } = this.faults;
    const draw = this.#random.next();
    const isStalled = draw > 1 - stallShare;
    const isEarly = this.#random.chance(0.5);
    await this.#timeline.pass(isStalled && isEarly ? this.#stallMs() : Math.floor(draw * MAX_LATENCY_MS));
    if (life.isOver) throw new Crash();
    const isCrash = draw < crashShare;
    if (isCrash) life.isOver = true;
    if (isCrash && isEarly) throw new Crash();
    const result = await effect();
    if (isCrash) throw new Crash();
    if (isStalled && !isEarly) await this.#timeline.pass(this.#stallMs());
    if (life.isOver) throw new Crash();
    return result;
  }

  #stallMs(): number {
    return this.#random.between(1_000, MAX_STALL_MS);
  }
}

/** The same methods, each called by way of `around`. */
function callsOf<Target extends object>(
  target: Target,
  around: (effect: () => Promise<unknown>) => Promise<unknown>,
): Target {
  const calls: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(target)) {
    calls[name] =
      typeof method === "function"
        ? (...input: unknown[]) => around(() => Reflect.apply(method, target, input))
        : method;
  }
  return { ...target, ...calls };
}
