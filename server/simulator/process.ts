import type { Zone } from "../../engine/ports/zone.ts";
import type { DomainDeps } from "../domain/domain-deps.ts";
import type { Store } from "../domain/store/store.ts";
import { type OpenZoneSet, zoneHandleOf, zoneSetOf } from "../zones/open-zones.ts";
import type { Disk } from "./disk.ts";
import { Life, type Network } from "./network.ts";

export interface Base {
  readonly zone: Zone;
  readonly disk: Disk;
}

export interface Storage {
  readonly zoneId: string;
  readonly ordinal: number;
  readonly backup: Base;
  readonly archive: Base;
}

export interface ProcessOptions {
  readonly name: string;
  readonly network: Network;
  readonly store: Store;
  readonly storages: readonly Storage[];
  readonly tools: Omit<DomainDeps, "store" | "zones">;
}

export type ProcessDeps = Omit<DomainDeps, "zones"> & { readonly zones: OpenZoneSet };

/** A process of the service. What it remembers, it remembers for one life: after a crash it begins again with nothing but store and zones. */
export class SimulatedProcess {
  readonly name: string;
  readonly #options: ProcessOptions;
  #life = new Life();
  #deps: ProcessDeps;

  constructor(options: ProcessOptions) {
    this.name = options.name;
    this.#options = options;
    this.#deps = this.#open();
  }

  /** Of the life that goes on now. */
  get deps(): ProcessDeps {
    return this.#deps;
  }

  get life(): Life {
    return this.#life;
  }

  /** Begins a new life when the last one is over. */
  restart(): void {
    if (!this.#life.isOver) return;
    this.#life = new Life();
    this.#deps = this.#open();
  }

  kill(): void {
    this.#life.isOver = true;
  }

  #open(): ProcessDeps {
    const { name, network, store, storages, tools } = this.#options;
    const life = this.#life;
    const handles = storages.map(({ zoneId, ordinal, ...bases }) => {
      const backup = network.zoneFor(life, name, bases.backup);
      const archive = network.zoneFor(life, name, bases.archive);
      return zoneHandleOf({ zoneId, ordinal, zoneKind: "memory", backup, archive });
    });
    return { ...tools, store: network.storeFor(life, store), zones: zoneSetOf(handles) };
  }
}
