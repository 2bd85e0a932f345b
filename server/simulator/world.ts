import type { Zone } from "../../engine/ports/zone.ts";
import type { DomainDeps } from "../domain/domain-deps.ts";
import { createMemoryStore } from "../domain/store/memory-store.ts";
import type { Store } from "../domain/store/store.ts";
import { FIRST_TERM_KEY, termBytes } from "../zones/control-term.ts";
import { type Faults, NO_FAULTS, withFaults } from "../zones/faulty-zone.ts";
import { createMemoryZone } from "../zones/memory-zone.ts";
import { cheapPasswords } from "./cheap-passwords.ts";
import { Disk, PackContents } from "./disk.ts";
import { Model } from "./model.ts";
import { MAX_STALL_MS, Network } from "./network.ts";
import { observeStore } from "./observe-store.ts";
import { type Base, SimulatedProcess, type Storage } from "./process.ts";
import { Random } from "./random.ts";
import { simulatedPrimitives } from "./simulated-primitives.ts";
import { Timeline } from "./timeline.ts";
import { type Invariant, Violation } from "./violation.ts";

/** Events told with a violation. */
const TOLD_EVENTS = 40;
export const ZONE_IDS = ["zone1", "zone2"] as const;
/** What stops deletions has been so for longer than any call under way can last. */
const KNOWN_TO_ALL_MS = 90 * 60_000;
/** Beyond this, clocks that differ stop deletions (DESIGN.md section 6), also when a process stands still between reading the one and the other. */
const MAX_CLOCK_DIFFERENCE_MS = 10 * 60_000 + MAX_STALL_MS;

/** Clocks that people and machines set; the timeline is the time that passes. */
export interface Clocks {
  databaseOffsetMs: number;
  /** Of the machine on which the workers run. */
  hostOffsetMs: number;
}

/** Everything in which the simulation takes place: time, chance, clocks, disks, network, the store, and the model beside it. */
export class World {
  readonly seed: number;
  readonly random: Random;
  readonly timeline: Timeline;
  readonly network: Network;
  readonly clocks: Clocks = { databaseOffsetMs: 0, hostOffsetMs: 0 };
  readonly model = new Model();
  readonly contents = new PackContents();
  /** Of the backup bases. */
  readonly disks: ReadonlyMap<string, Disk>;
  readonly archives: ReadonlyMap<string, Disk>;
  readonly zoneFaults: ReadonlyMap<string, Faults>;
  /** The store as it is, for checks: asking it takes no time and changes nothing. */
  readonly store: Store;
  readonly tools: Omit<DomainDeps, "store" | "zones">;
  /** Since when a zone has been away from everybody, or the clocks have differed too much. */
  readonly troubleSinceMs = new Map<string, number>();
  /** Nothing more is begun; what is under way ends. */
  isEnding = false;
  readonly clockSetsMs: number[] = [];
  readonly #storages: readonly Storage[];
  readonly #events: string[] = [];
  #violation: Violation | null = null;

  constructor(seed: number, startMs: number) {
    this.seed = seed;
    this.random = new Random(seed);
    this.timeline = new Timeline(startMs);
    this.network = new Network(this);
    const violate = (invariant: Invariant, message: string) => this.violate(invariant, message);
    const openDisks = () => new Map(ZONE_IDS.map((zoneId) => [zoneId, new Disk(zoneId, this.contents, violate)]));
    this.disks = openDisks();
    this.archives = openDisks();
    this.zoneFaults = new Map(ZONE_IDS.map((zoneId) => [zoneId, { ...NO_FAULTS }]));
    this.#storages = ZONE_IDS.map((zoneId, at) => this.#openStorage(zoneId, at + 1));
    const newId = () => this.#newId();
    this.tools = { primitives: simulatedPrimitives, randomness: this.random, passwords: cheapPasswords, newId };
    this.store = observeStore(
      createMemoryStore(() => this.databaseNow()),
      {
        ...{ model: this.model, disks: this.disks, archives: this.archives, contents: this.contents, violate },
        nowMs: () => this.databaseNow().getTime(),
        findDeletionBan: () => this.#findDeletionBan(),
        note: (event) => this.note(event),
      },
    );
  }

  get violation(): Violation | null {
    return this.#violation;
  }

  get events(): readonly string[] {
    return this.#events;
  }

  databaseNow(): Date {
    return new Date(this.timeline.nowMs + this.clocks.databaseOffsetMs);
  }

  hostNow(): Date {
    return new Date(this.timeline.nowMs + this.clocks.hostOffsetMs);
  }

  openProcess(name: string): SimulatedProcess {
    const { network, store, tools } = this;
    return new SimulatedProcess({ name, network, store, tools, storages: this.#storages });
  }

  note(event: string): void {
    this.#events.push(`${new Date(this.timeline.nowMs).toISOString()} ${event}`);
    if (this.#events.length > TOLD_EVENTS) this.#events.shift();
  }

  /** The first one ends the simulation. */
  violate(invariant: Invariant, message: string): void {
    if (this.#violation) return;
    this.#violation = new Violation(invariant, message);
    this.note(`VIOLATION of ${invariant}: ${message}`);
    this.timeline.fail(this.#violation);
  }

  beginTrouble(name: string): void {
    if (!this.troubleSinceMs.has(name)) this.troubleSinceMs.set(name, this.timeline.nowMs);
  }

  endTrouble(name: string): void {
    this.troubleSinceMs.delete(name);
  }

  /** Sets a clock, and notes since when the clocks differ too much. */
  setClocks(change: Partial<Clocks>): void {
    Object.assign(this.clocks, change);
    this.clockSetsMs.push(this.timeline.nowMs);
    const { databaseOffsetMs, hostOffsetMs } = this.clocks;
    if (Math.abs(databaseOffsetMs - hostOffsetMs) > MAX_CLOCK_DIFFERENCE_MS) this.beginTrouble("the clocks differ");
    else this.endTrouble("the clocks differ");
  }

  #findDeletionBan(): string | null {
    for (const [name, sinceMs] of this.troubleSinceMs) {
      if (this.timeline.nowMs - sinceMs > KNOWN_TO_ALL_MS) return name;
    }
    return null;
  }

  #openStorage(zoneId: string, ordinal: number): Storage {
    const [disk, archive] = [this.disks.get(zoneId), this.archives.get(zoneId)];
    const faults = this.zoneFaults.get(zoneId);
    if (!disk || !archive || !faults) throw new Error(`${zoneId} has no disk`);
    disk.set(FIRST_TERM_KEY, new Uint8Array(termBytes(1)));
    const seed = this.seed * 2 + ordinal;
    const backup = this.#openBase(disk, { seed, faults });
    return { zoneId, ordinal, backup, archive: this.#openBase(archive, { seed: -seed, faults }) };
  }

  #openBase(disk: Disk, { seed, faults }: { readonly seed: number; readonly faults: Faults }): Base {
    const clock = { now: () => this.hostNow(), sleep: async (delayMs: number) => this.timeline.pass(delayMs) };
    const { zoneId, locks } = disk;
    const plain = createMemoryZone({ zoneId, primitives: simulatedPrimitives, objects: disk, locks, now: clock.now });
    // The same list from keys that are in order already: the other one sorts all of them in each call.
    const list: Zone["list"] = async (prefix, { after = "", limit }) =>
      disk.listKeys(prefix, after, limit).map((key) => ({ key, sizeBytes: disk.get(key)?.length ?? 0 }));
    const inMemory = { ...plain, list };
    return { disk, zone: withFaults(inMemory, { seed, clock, faults }) };
  }

  /** A version 7 UUID by the host's clock. */
  #newId(): string {
    const time = this.hostNow().getTime().toString(16).padStart(12, "0");
    const [a, b, c] = [this.random.next32(), this.random.next32(), this.random.next32()];
    const tail = [a, b, c].map((part) => part.toString(16).padStart(8, "0")).join("");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-a${tail.slice(3, 6)}-${tail.slice(6, 18)}`;
  }
}
